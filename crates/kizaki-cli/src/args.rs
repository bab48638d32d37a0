//! The arguments of `kizaki`.

#[cfg(feature = "service")]
mod app_database;
mod diff;
#[cfg(feature = "service")]
mod effects;
#[cfg(feature = "service")]
mod keys;
#[cfg(feature = "service")]
mod login;
#[cfg(feature = "service")]
mod operators;
#[cfg(feature = "service")]
mod serve;
mod signing;

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use inspire_diagnostics::{Code, Level, Levels, closest};

#[cfg(feature = "service")]
pub(crate) use self::app_database::AppDatabaseArgs;
pub(crate) use self::diff::{Denied, DiffArgs, DiffFormat};
#[cfg(feature = "service")]
pub(crate) use self::effects::{
    EFFECTS_SECRET, EffectArgs, EffectsArgs, EffectsCommand, EffectsPlaceArgs, EffectsStatusArgs,
    EffectsToArgs, InitEffectsArgs, ListEffectsArgs,
};
#[cfg(feature = "service")]
pub(crate) use self::keys::{
    ApiKeysArgs, ApiKeysCommand, CreateApiKeyArgs, CreatePlatformKeyArgs, ListApiKeysArgs, PlaceArgs,
    PlatformKeysArgs, PlatformKeysCommand, RevokeArgs, RotateArgs, StoreArgs,
};
#[cfg(feature = "service")]
pub(crate) use self::login::{LoginArgs, LogoutArgs, ServerArgs};
#[cfg(feature = "service")]
pub(crate) use self::operators::{ListOperatorsArgs, OperatorsArgs, OperatorsCommand, RemoveOperatorArgs};
#[cfg(feature = "service")]
pub(crate) use self::serve::ServeArgs;
#[cfg(feature = "service")]
pub(crate) use self::signing::SignedByArgs;
pub(crate) use self::signing::{KeygenArgs, SigningArgs, VerifyArgs};

/// Compiles Inspire schemas to app artifacts
#[derive(Debug, Parser)]
#[command(name = "kizaki", version, subcommand_required = true, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 done, 1 the answer is no or the schema has errors, 2 wrong usage, 3 input, output or configuration, 4 invalid artifact, 5 login needed, or the server refused or could not be reached, 130 interrupted."
)]
#[command(disable_help_subcommand = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// How diagnostics are printed; json, jsonl and sarif of `build` and `check` go to standard output
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t = ErrorFormat::Human)]
    #[arg(env = "KIZAKI_ERROR_FORMAT", hide_env_values = true)]
    pub(crate) error_format: ErrorFormat,
    /// When to use colour; NO_COLOR and CLICOLOR_FORCE are heeded
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(crate) color: Color,
    /// Show errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Show notes, too
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Say nothing about a warning, note or lint
    #[arg(short = 'A', long, global = true, value_name = "LINT", value_parser = lint)]
    pub(crate) allow: Vec<String>,
    /// Warn about a note or lint
    #[arg(short = 'W', long, global = true, value_name = "LINT", value_parser = lint)]
    pub(crate) warn: Vec<String>,
    /// Make a warning, note or lint an error; of -A, -W and -D for one lint the last of these letters wins
    #[arg(short = 'D', long, global = true, value_name = "LINT", value_parser = lint)]
    pub(crate) deny: Vec<String>,
    /// Make every warning an error
    #[arg(long, global = true)]
    pub(crate) deny_warnings: bool,
    /// Show at most this many diagnostics to people; 0 shows all
    #[arg(long, global = true, value_name = "N", default_value_t = 50)]
    pub(crate) max_errors: usize,
    /// Run as if started in this directory
    #[arg(short = 'C', global = true, value_name = "DIR")]
    pub(crate) start_directory: Option<PathBuf>,
    /// The name to show for standard input
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) stdin_filename: Option<String>,
}

/// How diagnostics are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ErrorFormat {
    /// With the source, in colour on a terminal
    Human,
    /// With the source, without graphics
    Plain,
    /// One line each
    Short,
    /// One JSON document
    Json,
    /// One JSON object a line
    Jsonl,
    /// SARIF 2.1.0
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compile a schema to an app artifact
    #[command(visible_alias = "compile")]
    Build(BuildArgs),
    /// Check a schema and write nothing
    Check(CheckArgs),
    /// Show what an artifact holds
    Inspect(InspectArgs),
    /// Tell what changed between two artifacts or schemas, widened access first
    Diff(DiffArgs),
    /// Run every check of the loader on an artifact, and check its signature
    Verify(VerifyArgs),
    /// Make a pair of keys that sign artifacts and check them
    Keygen(KeygenArgs),
    /// Explain a diagnostic
    Explain(ExplainArgs),
    /// Start a project that builds as it stands
    Init(InitArgs),
    /// Serve the auth endpoints, and tell proxies which requests may pass
    #[cfg(feature = "service")]
    Serve(Box<ServeArgs>),
    /// Log in at a server, so that the commands for keys work on it
    #[cfg(feature = "service")]
    Login(LoginArgs),
    /// End the login at a server
    #[cfg(feature = "service")]
    Logout(LogoutArgs),
    /// Make, list, rotate and revoke API keys of the app
    #[cfg(feature = "service")]
    ApiKeys(ApiKeysArgs),
    /// Make, list and revoke platform keys, for CI and deployments
    #[cfg(feature = "service")]
    Keys(PlatformKeysArgs),
    /// List and remove the operators of a service, on its own machine
    #[cfg(feature = "service")]
    Operators(OperatorsArgs),
    /// Look after the effects that the app asks for, in its own database or through a server
    #[cfg(feature = "service")]
    Effects(EffectsArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Write the manual pages
    Man(ManArgs),
}

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// Files or directories, or - for standard input; the whole project if none is given
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The artifact to write [default: .kizaki/build/app.kza]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Check only and write no artifact
    #[arg(long)]
    pub(crate) check: bool,
    /// What to write: the artifact, its contents as JSON beside it, or both
    #[arg(long, value_enum, value_delimiter = ',', default_value = "artifact", value_name = "KIND")]
    pub(crate) emit: Vec<Emit>,
    /// Tell what the schema lets whom do, on standard output or in FILE
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    pub(crate) security_report: Option<PathBuf>,
    /// How the security report is written [default: by FILE's extension .md or .json, else text]
    #[arg(long, value_enum, value_name = "FORMAT", requires = "security_report")]
    pub(crate) report_format: Option<ReportFormat>,
    /// Keep names of files and lines in the artifact, for tracing
    #[arg(long)]
    pub(crate) debug_info: bool,
    /// Say how long each step took
    #[arg(long)]
    pub(crate) timings: bool,
    #[command(flatten)]
    pub(crate) signing: SigningArgs,
}

/// How a security report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people, in 80 columns
    Text,
    /// For people, to be kept beside the schema
    Markdown,
    /// For programs
    Json,
}

/// A kind of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    /// The artifact
    Artifact,
    /// Its contents as JSON
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Files or directories, or - for standard input; the whole project if none is given
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Apply the fixes that need no person to agree, and check again
    #[arg(long)]
    pub(crate) fix: bool,
    /// With --fix: print the changes and write nothing
    #[arg(long, requires = "fix")]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The artifact
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// How to show it
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    pub(crate) format: InspectFormat,
    /// Show this section only, by its id or by the name of its block
    #[arg(long, value_enum, ignore_case = true, value_name = "NAME")]
    pub(crate) section: Option<Section>,
}

/// How an artifact is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum InspectFormat {
    /// For people
    Text,
    /// For programs, with the artifact's own names
    Json,
}

/// A section of an artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub(crate) enum Section {
    /// Producer, versions and the other sections
    Meta,
    /// Sign-in, password and principal
    Auth,
    /// API-key scopes
    #[value(aliases = ["apiKeys", "api-keys", "scopes"])]
    Keys,
    /// Routes
    #[value(alias = "routes")]
    Rtes,
    /// Entities, enums and embedded types
    #[value(alias = "entities")]
    Data,
    /// Policies and system principals
    #[value(aliases = ["policies", "policy"])]
    Plcy,
    /// Namespaces
    #[value(aliases = ["namespaces", "namespace"])]
    Nspc,
    /// Hooks and schedules
    #[value(aliases = ["hooks", "schedules"])]
    Hook,
    /// Validation types
    #[value(aliases = ["validations", "validation"])]
    Vtyp,
    /// Plans and their prices
    #[value(alias = "payments")]
    Paym,
    /// Services whose accounts users connect
    #[value(alias = "integrations")]
    Intg,
    /// Hosts that may be reached
    #[value(alias = "network")]
    Netw,
    /// Who sends mail
    #[value(alias = "email")]
    Mail,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The code of a diagnostic, such as many-rows
    #[arg(required_unless_present = "list", value_parser = code)]
    pub(crate) code: Option<Code>,
    /// List all codes
    #[arg(long, conflicts_with = "code")]
    pub(crate) list: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The directory of the project
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) directory: PathBuf,
    /// What to start from
    #[arg(long, value_enum, default_value = "minimal")]
    pub(crate) template: Template,
    /// Replace files that exist
    #[arg(long)]
    pub(crate) force: bool,
}

/// A project to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Template {
    /// Sign-in, one entity and one route
    Minimal,
    /// Organisations with members and roles
    Saas,
    /// An API with keys and scopes
    ApiKeys,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The directory to write them to; it is made if it does not exist
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
}

impl Cli {
    /// Reads the arguments of this run.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        let cli = Self::try_parse().map_err(without_secrets)?;
        match &cli.command {
            Command::Build(args) if args.mixes_results(cli.global.error_format) => Err(mixed_results()),
            Command::Diff(args) if args.reads_stdin_twice() => {
                Err(usage("diff", "OLD and NEW cannot both be standard input"))
            }
            #[cfg(feature = "service")]
            Command::Serve(args) => args.lacks().map_or(Ok(cli), |what| Err(serve::missing(what))),
            _ => Ok(cli),
        }
    }
}

impl BuildArgs {
    /// Whether two results would go to standard output.
    fn mixes_results(&self, error_format: ErrorFormat) -> bool {
        error_format.is_result() && self.security_report.as_ref().is_some_and(|file| file.as_os_str() == "-")
    }
}

fn mixed_results() -> clap::Error {
    usage(
        "build",
        "the security report and the diagnostics would both go to standard output in this error format; \
         give the report a file: --security-report=FILE",
    )
}

/// The same mistake, or that a key is among the arguments, which the mistake might repeat.
#[cfg(feature = "service")]
fn without_secrets(mistake: clap::Error) -> clap::Error {
    let leak = std::env::args_os().find_map(|argument| crate::leak::find(&argument.to_string_lossy()));
    match leak {
        Some(leak) => {
            let message = format!("{}; {} ({})", leak.message(), leak.help(""), Code::KeyAsArgument);
            Cli::command().error(ErrorKind::InvalidValue, message)
        }
        None => mistake,
    }
}

#[cfg(not(feature = "service"))]
fn without_secrets(mistake: clap::Error) -> clap::Error {
    mistake
}

/// Arguments of a command that do not go together.
fn usage(name: &str, message: &str) -> clap::Error {
    let mut command = Cli::command();
    let command = command.find_subcommand_mut(name).map(std::mem::take).unwrap_or_default();
    command.bin_name(format!("kizaki {name}")).error(ErrorKind::ArgumentConflict, message)
}

impl ErrorFormat {
    /// Whether diagnostics in this format are a result for programs.
    pub(crate) fn is_result(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl | Self::Sarif)
    }
}

impl Global {
    /// Sets what the flags say on top of `levels`.
    pub(crate) fn apply(&self, levels: &mut Levels) {
        let flags = [(&self.allow, Level::Allow), (&self.warn, Level::Warn), (&self.deny, Level::Deny)];
        for (names, level) in flags {
            for name in names {
                // `lint` has refused every unknown name.
                let _ = levels.set(name, level);
            }
        }
        if self.deny_warnings {
            levels.deny_warnings();
        }
    }
}

/// Accepts the name of a warning, note or lint.
fn lint(name: &str) -> Result<String, String> {
    Levels::default().set(name, Level::Warn).map_err(|unknown| unknown.to_string())?;
    Ok(name.to_owned())
}

/// Accepts the code of a diagnostic.
fn code(name: &str) -> Result<Code, String> {
    Code::from_name(name).ok_or_else(|| match closest(name, Code::ALL.iter().map(|code| code.name())) {
        Some(close) => format!("no diagnostic has this code; did you mean `{close}`?"),
        None => "no diagnostic has this code; `kizaki explain --list` shows them all".to_owned(),
    })
}
