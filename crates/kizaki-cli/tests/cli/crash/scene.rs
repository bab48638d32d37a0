//! The ways in which `kizaki build` is called, each with what lies there before and what a whole run makes of it.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::trace::{self, Call};
use crate::support::Project;

/// One way to call `kizaki build`.
pub(super) struct Scene {
    pub(super) name: &'static str,
    pub(super) arguments: &'static [&'static str],
    /// Where the outputs are in the end.
    pub(super) outputs: &'static [&'static str],
    /// Whether there is something to replace.
    pub(super) has_old: bool,
    /// A link, and the output that it leads to.
    pub(super) link: Option<(&'static str, &'static str)>,
}

pub(super) const SCENES: [Scene; 4] = [
    Scene {
        name: "over an old artifact",
        arguments: &["build"],
        outputs: &[".kizaki/build/app.kza"],
        has_old: true,
        link: None,
    },
    Scene {
        name: "three outputs",
        arguments: &["build", "--emit", "artifact,json", "--security-report=.kizaki/build/review.md"],
        outputs: &[".kizaki/build/app.json", ".kizaki/build/app.kza", ".kizaki/build/review.md"],
        has_old: true,
        link: None,
    },
    Scene {
        name: "the first build",
        arguments: &["build"],
        outputs: &[".kizaki/build/app.kza"],
        has_old: false,
        link: None,
    },
    Scene {
        name: "through a link",
        arguments: &["build", "-o", "current.kza"],
        outputs: &["store/app.kza"],
        has_old: true,
        link: Some(("current.kza", "store/app.kza")),
    },
];

/// An entity that only a build sees which overlooks `.gitignore`.
const DRAFT: &str = "entity Draft { name: string  @grant read }\n";
/// The mode of old outputs, which new ones take over.
const MODE: u32 = 0o640;

/// An output: its bytes and its mode.
#[derive(PartialEq, Eq)]
pub(super) struct Contents {
    pub(super) bytes: Vec<u8>,
    pub(super) mode: u32,
}

/// A scene with what is there before and after.
pub(super) struct Stage {
    pub(super) scene: &'static Scene,
    pub(super) old: Vec<Option<Contents>>,
    pub(super) new: Vec<Option<Contents>>,
    /// What the project's directory holds after a whole run.
    pub(super) listing: Vec<String>,
}

impl Stage {
    pub(super) fn new(scene: &'static Scene) -> Self {
        let mut stage = Self { scene, old: Vec::new(), new: Vec::new(), listing: Vec::new() };
        let project = sources("entity Old { name: string  @grant read }\n");
        if scene.has_old {
            stage.link(&project);
            assert_eq!(project.run(scene.arguments).code, 0);
        }
        stage.old = stage.contents(&project);
        for old in stage.old.iter_mut().flatten() {
            old.mode = MODE;
        }
        let project = stage.project();
        assert_eq!(project.run(scene.arguments).code, 0);
        stage.new = stage.contents(&project);
        stage.listing = stage.list(&project);
        assert!(stage.old != stage.new && stage.new.iter().all(Option::is_some));
        stage
    }

    /// The project as it is before a run.
    pub(super) fn project(&self) -> Project {
        let project = sources("entity New { name: string  title: string?  @grant read }\n");
        for (path, old) in self.scene.outputs.iter().zip(&self.old) {
            if let Some(old) = old {
                project.write(path, &old.bytes);
                let mode = std::fs::Permissions::from_mode(old.mode);
                std::fs::set_permissions(project.path(path), mode).unwrap();
            }
        }
        self.link(&project);
        project
    }

    /// The outputs as they are now.
    pub(super) fn contents(&self, project: &Project) -> Vec<Option<Contents>> {
        let read = |path: &&str| {
            let metadata = std::fs::symlink_metadata(project.path(path)).ok()?;
            let mode = metadata.permissions().mode() & 0o777;
            Some(Contents { bytes: project.bytes(path), mode })
        };
        self.scene.outputs.iter().map(read).collect()
    }

    /// What the project's directory and those of the outputs hold.
    pub(super) fn list(&self, project: &Project) -> Vec<String> {
        let mut directories = vec![""];
        directories.extend(self.scene.outputs.iter().filter_map(|path| Some(path.rsplit_once('/')?.0)));
        directories.dedup();
        directories.iter().flat_map(|directory| project.list(directory)).collect()
    }

    pub(super) fn dry_run(&self) -> Vec<Call> {
        trace::dry_run(&self.project(), self.scene.arguments)
    }

    fn link(&self, project: &Project) {
        if let Some((link, target)) = self.scene.link {
            if !project.path(target).is_file() {
                project.write(target, "");
            }
            symlink(target, project.path(link)).unwrap();
        }
    }
}

fn sources(entity: &str) -> Project {
    Project::new(&[
        ("kizaki.toml", "[build]\nout = \".kizaki/build/app.kza\"\n"),
        (".gitignore", "draft.inspire\n"),
        ("draft.inspire", DRAFT),
        ("enums.inspire", "enum Colour { RED GREEN }\n"),
        ("entities.inspire", entity),
    ])
}
