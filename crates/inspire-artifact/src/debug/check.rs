//! The rules of `DBUG`.

use super::{SourceMap, Subject};
use crate::check::{Check, Rules, ascending, hold, within};
use crate::container::SectionId;
use crate::meta::Counts;
use crate::table::Place;

impl Rules for SourceMap<'_> {
    fn check(&self, counts: &Counts) -> Check {
        ascending(self.files, "files", |file| self.texts.bytes(file.name))?;
        let files = crate::record::index(self.files.len()).get();
        for (record, span) in self.spans.iter().enumerate() {
            let place = Place { table: "spans", record };
            let described = counts.of(section(span.section.get()), span.table.into()).unwrap_or_default();
            within(span.record.get(), described, place)?;
            within(span.file.get(), files, place)?;
            hold(span.start.get() <= span.end.get(), place, "it ends before it starts")?;
        }
        ascending(self.spans, "spans", |span| (span.section.get(), span.table, span.record.get()))
    }
}

fn section(subject: Subject) -> SectionId {
    match subject {
        Subject::Auth => SectionId::Auth,
        Subject::ApiKeys => SectionId::Keys,
        Subject::Routes => SectionId::Routes,
        Subject::Data => SectionId::Data,
        Subject::Policies => SectionId::Policies,
        Subject::Namespaces => SectionId::Namespaces,
        Subject::Hooks => SectionId::Hooks,
        Subject::Validations => SectionId::Validations,
        Subject::Payments => SectionId::Payments,
        Subject::Integrations => SectionId::Integrations,
        Subject::Network => SectionId::Network,
        Subject::Mail => SectionId::Mail,
    }
}
