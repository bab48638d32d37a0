//! Fixes: each, once applied, leaves a file that parses as well as before and no longer shows its diagnostic.

use inspire_diagnostics::{Applicability, Code, Diagnostic, Fix, SourceMap, apply_fixes};

use crate::support::compile::{check, codes, one, syntax};
use crate::support::corpus::{Fixture, fixtures};
use crate::support::none;

/// More rounds than any fixture needs.
const ROUNDS: usize = 10;

/// Every fixture with what is said of it.
fn corpus() -> impl Iterator<Item = (Fixture, Vec<Diagnostic>)> {
    fixtures("check").into_iter().chain(fixtures("parse/invalid")).map(|fixture| {
        let found = check(&fixture.text, fixture.code());
        (fixture, found)
    })
}

#[test]
fn a_fix_removes_its_diagnostic() {
    let (mut failures, mut applied) = (Vec::new(), 0);
    for (fixture, found) in corpus() {
        for diagnostic in &found {
            for fix in &diagnostic.fixes {
                applied += 1;
                let verdict = removes(&fixture, &found, diagnostic.code, fix);
                failures
                    .extend(verdict.err().map(|why| format!("{}: `{}` {why}", fixture.name(), fix.title)));
            }
        }
    }
    assert!(applied > 0, "no fixture has a fix");
    none(&failures);
}

fn removes(fixture: &Fixture, before: &[Diagnostic], code: Code, fix: &Fix) -> Result<(), String> {
    let text = apply(&one(&fixture.text), fix)?;
    let after = check(&text, fixture.code());
    if count(&after, code) >= count(before, code) {
        return Err(format!("leaves `{code}`:\n{text}"));
    }
    // A bracket that is never closed silences the mistakes behind it; closing it brings them to light.
    if code == Code::UnclosedDelimiter && fixture.folder == "parse/invalid" {
        return Ok(());
    }
    let (syntax_before, syntax_after) = (syntax(&fixture.text), syntax(&text));
    let worse =
        syntax_after.iter().find(|one| count(&syntax_after, one.code) > count(&syntax_before, one.code));
    match worse {
        Some(one) => Err(format!("brings `{}`:\n{text}", one.code)),
        None => Ok(()),
    }
}

/// The text of the only file once `fix` alone is applied, whoever has to agree to it.
fn apply(sources: &SourceMap, fix: &Fix) -> Result<String, String> {
    let fix = Fix { applicability: Applicability::MachineApplicable, ..fix.clone() };
    let alone = Diagnostic::without_place(Code::UnknownKey, "").with_fix(fix);
    let fixed = apply_fixes(sources, &[alone]);
    if let Some((_, left)) = fixed.left.first() {
        return Err(format!("cannot be applied: {}", left.reason()));
    }
    fixed.texts.into_iter().next().map(|(_, text)| text).ok_or_else(|| "changes nothing".to_owned())
}

fn count(diagnostics: &[Diagnostic], code: Code) -> usize {
    diagnostics.iter().filter(|one| one.code == code).count()
}

#[test]
fn all_machine_applicable_fixes_together_come_to_an_end() {
    let mut failures = Vec::new();
    for (fixture, found) in corpus() {
        let (mut text, mut found) = (fixture.text.clone(), found);
        for _ in 0..ROUNDS {
            let Some((_, fixed)) = apply_fixes(&one(&text), &found).texts.into_iter().next() else { break };
            if fixed == text {
                failures.push(format!("{}: the fixes change nothing", fixture.name()));
                break;
            }
            text = fixed;
            found = check(&text, fixture.code());
        }
        let left: Vec<_> = found.iter().filter(|one| one.machine_fix().is_some()).cloned().collect();
        if !left.is_empty() {
            failures.push(format!("{}: {:?} keep their fixes:\n{text}", fixture.name(), codes(&left)));
        }
    }
    none(&failures);
}
