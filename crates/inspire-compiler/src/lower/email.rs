//! `MAIL`

use inspire_artifact::debug::Subject;
use inspire_artifact::email::{EmailRecord, Tables};

use super::{Origins, add_doc};
use crate::model::Email;

const SETTINGS: u8 = 0;

pub(super) fn lower<'a>(email: &Email<'a>, origins: &mut Origins<'_, 'a>) -> Tables {
    let mut tables = Tables::default();
    let from = tables.strings.intern(email.from);
    let api_key = tables.strings.intern(email.api_key);
    tables.settings.push(EmailRecord { from, provider: email.provider.into(), api_key });
    let doc = origins.doc(email.location.file, email.location.span.start);
    add_doc(&mut tables.strings, &mut tables.docs, SETTINGS.into(), 0, doc);
    origins.place(Subject::Mail, SETTINGS, 0, email.location);
    tables
}
