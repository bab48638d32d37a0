//! Diagnostics that every format's tests print.

use crate::{Code, Diagnostic, FileId, Location, SourceMap, Span};

/// Two files, a typo with a fix, and a name declared in both.
pub(crate) fn sample() -> (SourceMap, Vec<Diagnostic>) {
    let sources = SourceMap::new([
        ("schema/auth.inspire", "auth {\r\n\tproviders: [email, gogle]\r\n}\r\n"),
        ("schema/data.inspire", "// größe größ\nenum Größe { XL }\n"),
    ])
    .unwrap();
    let gogle = at(0, 28, 33);
    let diagnostics = vec![
        Diagnostic::new(Code::DuplicateName, at(1, 23, 30), "the enum `Größe` is declared twice")
            .label("declared again here")
            .related(at(0, 0, 4), "first declared here"),
        Diagnostic::new(Code::UnknownProvider, gogle, "unknown sign-in provider `gogle`")
            .label("not a provider")
            .did_you_mean(gogle, Some("google")),
    ];
    (sources, diagnostics)
}

/// Control and bidirectional characters wherever text is quoted.
pub(crate) fn hostile() -> (SourceMap, Vec<Diagnostic>) {
    let sources = SourceMap::new([("a\nb\u{1b}[2J.inspire", "日\u{1b}[2J\u{202e}x")]).unwrap();
    let one = Diagnostic::new(Code::HiddenCharacter, at(0, 7, 10), "here is \u{1b}[31m and \u{202e}")
        .label("look\u{7}");
    (sources, vec![one])
}

fn at(file: u32, start: u32, end: u32) -> Location {
    Location::new(FileId(file), Span::new(start, end))
}
