//! Names and texts to the JSON report, and the bytes of the artifact.

use inspire::{Build, Options};
use inspire_diagnostics::{Level, Levels, Report, SourceMap};

/// How to compile.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Names of lints and their levels by turns.
    pub levels: Vec<String>,
    /// Whether a warning is an error.
    pub deny_warnings: bool,
    /// Whether the artifact says where in the sources its parts were declared.
    pub debug_info: bool,
}

/// What a build made.
#[derive(Debug)]
pub struct Built {
    /// The artifact; none when there was an error.
    pub artifact: Option<Vec<u8>>,
    /// The JSON report.
    pub report: String,
}

/// Checks `files`, names and texts by turns, and gives the JSON report.
///
/// # Errors
/// When a level or the name of a lint is unknown, or a file is too large.
pub fn check_report(files: Vec<String>, settings: &Settings) -> Result<String, String> {
    let (sources, options) = read(files, settings)?;
    let diagnostics = inspire::check_with(&sources, &options);
    Ok(json(&Report::new(&sources, diagnostics)))
}

/// Compiles `files`, names and texts by turns.
///
/// # Errors
/// As for [`check_report`].
pub fn build_report(files: Vec<String>, settings: &Settings) -> Result<Built, String> {
    let (sources, options) = read(files, settings)?;
    let Build { artifact, diagnostics, .. } = inspire::build_with(&sources, &options);
    Ok(Built { artifact, report: json(&Report::new(&sources, diagnostics)) })
}

fn read(files: Vec<String>, settings: &Settings) -> Result<(SourceMap, Options), String> {
    let mut names_and_texts = Vec::with_capacity(files.len() / 2);
    let mut files = files.into_iter();
    while let (Some(name), Some(text)) = (files.next(), files.next()) {
        names_and_texts.push((name, text));
    }
    // The order in which a program happens to list its files is not one that anybody should see.
    names_and_texts.sort();
    let sources = SourceMap::new(names_and_texts).map_err(|large| large.to_string())?;
    Ok((sources, Options { debug_info: settings.debug_info, levels: levels(settings)? }))
}

fn levels(settings: &Settings) -> Result<Levels, String> {
    let mut levels = Levels::default();
    for pair in settings.levels.chunks_exact(2) {
        let [name, word] = pair else { continue };
        let level = Level::parse(word).ok_or_else(|| {
            format!("`{word}` is not a level for `{name}`; the levels are `allow`, `note`, `warn` and `deny`")
        })?;
        levels.set(name, level).map_err(|unknown| unknown.to_string())?;
    }
    if settings.deny_warnings {
        levels.deny_warnings();
    }
    Ok(levels)
}

fn json(report: &Report<'_>) -> String {
    let mut text = Vec::new();
    // Writing to memory does not fail, and neither do a report's types.
    let _: std::io::Result<()> = report.write_json(&mut text);
    String::from_utf8(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Settings, build_report, check_report};

    fn files(files: &[(&str, &str)]) -> Vec<String> {
        files.iter().flat_map(|(name, text)| [*name, *text]).map(str::to_owned).collect()
    }

    #[test]
    fn a_clean_schema_has_an_artifact_and_an_empty_report() {
        let built = build_report(files(&[("a", "enum A { X }\n")]), &Settings::default()).unwrap();
        assert!(built.artifact.unwrap().starts_with(b"\x89KZA"));
        let report: serde_json::Value = serde_json::from_str(&built.report).unwrap();
        assert_eq!((&report["version"], &report["diagnostics"]), (&1.into(), &serde_json::json!([])));
    }

    #[test]
    fn an_error_leaves_no_artifact() {
        let mistaken = files(&[("a", "auth {\n  providers: [gogle]\n}\n")]);
        let built = build_report(mistaken.clone(), &Settings::default()).unwrap();
        assert!(built.artifact.is_none() && built.report.contains("unknown-provider"));
        assert_eq!(check_report(mistaken, &Settings::default()).unwrap(), built.report);
    }

    #[test]
    fn the_order_of_files_is_theirs_and_not_the_callers() {
        let (one, other) = (("a", "entity A {}"), ("b", "entity A {}"));
        let report = |given: &[_]| check_report(files(given), &Settings::default()).unwrap();
        assert_eq!(report(&[one, other]), report(&[other, one]));
    }

    #[test]
    fn levels_are_set_or_refused() {
        let settings = |name: &str, level: &str| Settings {
            levels: vec![name.to_owned(), level.to_owned()],
            ..Settings::default()
        };
        let report = |settings| check_report(files(&[("a", "entity A { x: string }")]), &settings);
        assert!(report(settings("entity-without-policy", "deny")).unwrap().contains("\"error\""));
        assert_eq!(
            report(settings("many-rows", "loud")).unwrap_err(),
            "`loud` is not a level for `many-rows`; the levels are `allow`, `note`, `warn` and `deny`"
        );
        assert_eq!(
            report(settings("many-row", "deny")).unwrap_err(),
            "no lint is named `many-row`; did you mean `many-rows`?"
        );
    }
}
