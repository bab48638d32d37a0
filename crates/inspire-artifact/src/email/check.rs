//! The rules of `MAIL`.

use super::Mail;
use crate::check::{Check, Rules, hold};
use crate::meta::Counts;
use crate::table::Place;

impl Rules for Mail<'_> {
    fn check(&self, _: &Counts) -> Check {
        let place = Place { table: "settings", record: 0 };
        let [settings] = self.settings else { return hold(false, place, "there is not exactly one") };
        let from = self.texts.get(settings.from);
        let one_line = !from.contains(char::is_control);
        hold(from.contains('@') && one_line, place, "the sender is no address")?;
        hold(!settings.api_key.is_empty(), place, "a name is empty")
    }
}
