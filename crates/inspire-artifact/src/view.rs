//! The shape all views share: a record and the section it stands in become a value with names and lists.

use core::fmt;
use core::marker::PhantomData;

use serde::{Serialize, Serializer};

/// Something a reader sees of one record.
pub trait View<'a>: Sized {
    /// The tables that are needed to see it.
    type Section: Copy;
    /// The record.
    type Record: 'a;

    /// What `record` of `section` shows.
    fn of(section: Self::Section, record: &'a Self::Record) -> Self;
}

/// A list of views over the records of one table; each view is made when it is asked for.
pub struct Items<'a, V: View<'a>> {
    section: V::Section,
    records: &'a [V::Record],
    of: PhantomData<V>,
}

impl<'a, V: View<'a>> Items<'a, V> {
    pub(crate) fn new(section: V::Section, records: &'a [V::Record]) -> Self {
        Self { section, records, of: PhantomData }
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The item of this number.
    pub fn get(&self, number: usize) -> Option<V> {
        self.records.get(number).map(|record| V::of(self.section, record))
    }

    /// All items, in the order of the table.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = V> + DoubleEndedIterator + use<'a, V> {
        let section = self.section;
        self.records.iter().map(move |record| V::of(section, record))
    }
}

impl<'a, V: View<'a>> Clone for Items<'a, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<'a, V: View<'a>> Copy for Items<'a, V> {}

impl<'a, V: View<'a> + PartialEq> PartialEq for Items<'a, V> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a, V: View<'a> + Eq> Eq for Items<'a, V> {}

impl<'a, V: View<'a> + fmt::Debug> fmt::Debug for Items<'a, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, V: View<'a> + Serialize> Serialize for Items<'a, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
