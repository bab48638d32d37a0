//! SARIF 2.1.0, the exchange format of static analysis, as far as a report needs it.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use super::json::write_pretty_json;
use crate::{Code, Diagnostic, Fix, Kind, Location, Report, Severity, SourceMap};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'a str,
    version: &'a str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    column_kind: &'a str,
    results: Vec<SarifResult<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
struct Driver<'a> {
    name: &'a str,
    version: &'a str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    short_description: Text<'a>,
    default_configuration: Configuration<'a>,
}

#[derive(Serialize)]
struct Configuration<'a> {
    enabled: bool,
    level: &'a str,
}

#[derive(Serialize)]
struct Text<'a> {
    text: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'a str,
    message: Text<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<SarifLocation<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<SarifLocation<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<SarifFix<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifLocation<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifFix<'a> {
    description: Text<'a>,
    artifact_changes: Vec<ArtifactChange<'a>>,
    properties: FixProperties<'a>,
}

#[derive(Serialize)]
struct FixProperties<'a> {
    applicability: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Text<'a>,
}

impl Report<'_> {
    /// Writes the report as a SARIF log of one run, with the rules that occur in it.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write_sarif(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut codes: Vec<_> = self.diagnostics().iter().map(|one| one.code).collect();
        codes.sort_unstable_by_key(|code| code.name());
        codes.dedup();
        let log = Log {
            schema: SCHEMA,
            version: "2.1.0",
            runs: [Run {
                tool: Tool {
                    driver: Driver {
                        name: "kizaki",
                        version: env!("CARGO_PKG_VERSION"),
                        rules: codes.iter().map(|code| Rule::new(*code)).collect(),
                    },
                },
                column_kind: "unicodeCodePoints",
                results: self
                    .diagnostics()
                    .iter()
                    .map(|one| SarifResult::new(self.sources(), &codes, one))
                    .collect(),
            }],
        };
        write_pretty_json(out, &log)
    }
}

impl Rule<'_> {
    fn new(code: Code) -> Self {
        Self {
            id: code.name(),
            short_description: Text { text: code.title().into() },
            default_configuration: Configuration {
                enabled: code.kind() != Kind::Lint,
                level: level(code.severity()),
            },
        }
    }
}

impl<'a> SarifResult<'a> {
    fn new(sources: &SourceMap, codes: &[Code], one: &'a Diagnostic) -> Self {
        let text = match &one.help {
            None => one.message.as_str().into(),
            Some(help) => format!("{}\nhelp: {help}", one.message).into(),
        };
        let place = |location, label, id| SarifLocation::new(sources, location, label, id);
        Self {
            rule_id: one.code.name(),
            rule_index: codes.binary_search_by_key(&one.code.name(), |code| code.name()).unwrap_or_default(),
            level: level(one.severity),
            message: Text { text },
            locations: one.location.and_then(|at| place(at, &one.label, None)).into_iter().collect(),
            related_locations: one
                .related
                .iter()
                .enumerate()
                .filter_map(|(id, label)| place(label.location, &label.text, Some(id)))
                .collect(),
            fixes: one.fixes.iter().map(|fix| SarifFix::new(sources, fix)).collect(),
        }
    }
}

impl<'a> SarifLocation<'a> {
    fn new(sources: &SourceMap, location: Location, label: &'a str, id: Option<usize>) -> Option<Self> {
        let region = Region::new(sources, location)?;
        let artifact_location = ArtifactLocation::new(sources, location)?;
        let message = (!label.is_empty()).then(|| Text { text: label.into() });
        Some(Self { id, physical_location: PhysicalLocation { artifact_location, region }, message })
    }
}

impl Region {
    fn new(sources: &SourceMap, location: Location) -> Option<Self> {
        let region = super::region(sources, location)?;
        Some(Self {
            start_line: region.start.line,
            start_column: region.start.column,
            end_line: region.end.line,
            end_column: region.end.column,
        })
    }
}

impl ArtifactLocation {
    fn new(sources: &SourceMap, location: Location) -> Option<Self> {
        sources.get(location.file).map(|source| Self { uri: uri(source.name()) })
    }
}

impl<'a> SarifFix<'a> {
    fn new(sources: &SourceMap, fix: &'a Fix) -> Self {
        let mut edits: Vec<_> = fix.edits.iter().collect();
        edits.sort_by_key(|edit| edit.location);
        let changes = edits.chunk_by(|a, b| a.location.file == b.location.file).filter_map(|edits| {
            let replacements = edits.iter().filter_map(|edit| {
                let deleted_region = Region::new(sources, edit.location)?;
                Some(Replacement {
                    deleted_region,
                    inserted_content: Text { text: edit.text.as_str().into() },
                })
            });
            Some(ArtifactChange {
                artifact_location: ArtifactLocation::new(sources, edits.first()?.location)?,
                replacements: replacements.collect(),
            })
        });
        Self {
            description: Text { text: fix.title.as_str().into() },
            artifact_changes: changes.collect(),
            properties: FixProperties { applicability: fix.applicability.word() },
        }
    }
}

const fn level(severity: Severity) -> &'static str {
    severity.word()
}

/// A file name as a URI reference: absolute for an absolute path, else relative.
fn uri(name: &str) -> String {
    let mut uri = String::with_capacity(name.len());
    if name.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use serde_sarif::sarif::Sarif;

    use crate::format_samples::{hostile, sample};
    use crate::{Code, Diagnostic, Report, SourceMap};

    fn sarif(sources: &SourceMap, diagnostics: Vec<Diagnostic>) -> (Sarif, serde_json::Value) {
        let mut out = Vec::new();
        Report::new(sources, diagnostics).write_sarif(&mut out).unwrap();
        (serde_json::from_slice(&out).unwrap(), serde_json::from_slice(&out).unwrap())
    }

    #[test]
    fn a_log_reads_back_whole() {
        let (sources, diagnostics) = sample();
        let (log, text) = sarif(&sources, diagnostics);
        // Nothing is lost on the way through the types of the standard, so every key is one of its own.
        assert_eq!(serde_json::to_value(&log).unwrap(), text);
        let run = &log.runs[0];
        let results = run.results.as_ref().unwrap();
        assert_eq!(results.len(), 2);
        let rules = run.tool.driver.rules.as_ref().unwrap();
        for result in results {
            let index = usize::try_from(result.rule_index.unwrap()).unwrap();
            assert_eq!(Some(&rules[index].id), result.rule_id.as_ref());
        }
        let second = &text["runs"][0]["results"][1];
        assert_eq!(second["ruleId"], "duplicate-name");
        assert_eq!(second["locations"][0]["physicalLocation"]["region"]["endColumn"], 11);
        assert_eq!(second["relatedLocations"][0]["message"]["text"], "first declared here");
        assert_eq!(
            text["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]
                ["text"],
            "google"
        );
    }

    #[test]
    fn a_result_may_have_no_place() {
        let one = Diagnostic::without_place(Code::NoSchema, "no schema found");
        let (log, text) = sarif(&SourceMap::default(), vec![one]);
        assert_eq!(serde_json::to_value(&log).unwrap(), text);
        assert_eq!(text["runs"][0]["results"][0].get("locations"), None);
    }

    #[test]
    fn an_odd_file_name_is_a_valid_uri() {
        let (sources, diagnostics) = hostile();
        let (_, text) = sarif(&sources, diagnostics);
        let place = &text["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%0Ab%1B%5B2J.inspire");
        assert_eq!(super::uri("/tmp/ä b"), "file:///tmp/%C3%A4%20b");
    }
}
