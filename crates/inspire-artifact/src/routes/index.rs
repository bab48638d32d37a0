//! Routes to the index that finds one: a hash table of their paths, parameters left out.
//!
//! A request tries, for the number of its segments, each set of places that are parameters in some route, and looks up
//! what the other places hold. The sets stand in order, so that the first route found is the most specific.

use super::path::{behind_name, segments};
use super::{LengthRecord, MaskRecord, Method, SeedRecord, SlotRecord, Tables};
use crate::record::{Coded as _, List, NONE, index};
use crate::strings::{fold, hash};

/// Bits of a key that hold the method.
const METHOD: u32 = 7;

/// The four tables, which depend on the methods and paths of the routes alone.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) seeds: Vec<SeedRecord>,
    pub(super) lengths: Vec<LengthRecord>,
    pub(super) masks: Vec<MaskRecord>,
    pub(super) slots: Vec<SlotRecord>,
}

/// A route with the shape and method of one before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Twice(pub(super) usize);

impl Index {
    /// The index of these routes, in their order; without those whose shape and method another has, and the first of
    /// them beside it.
    pub(super) fn of<'a>(
        routes: impl ExactSizeIterator<Item = (Method, &'a str)> + Clone,
    ) -> (Self, Option<Twice>) {
        let seed = routes.clone().fold(0, |seed, (_, path)| hash(seed, path.as_bytes()));
        let mut new = Self { seeds: vec![SeedRecord { seed: seed.into() }], ..Self::default() };
        let free = SlotRecord { key: 0.into(), route: NONE.into() };
        new.slots = vec![free; capacity(routes.len())];
        let (mut masks, mut twice) = (Vec::new(), None);
        let paths: Vec<_> = routes.clone().map(|(_, path)| path).collect();
        for (number, (method, path)) in routes.enumerate() {
            let shape = Shape::of(path);
            let hash = shape.hash(seed, literals(path));
            let mask = (shape.segments, shape.params);
            if masks.last() != Some(&mask) {
                masks.push(mask);
            }
            let same = |other: &u32| paths.get(*other as usize).is_some_and(|other| same_shape(path, other));
            if !new.insert(number, key(hash, Some(method)), hash, same) {
                twice.get_or_insert(Twice(number));
            }
        }
        masks.sort_unstable();
        masks.dedup();
        new.add_masks(&masks);
        (new, twice)
    }

    /// Takes the first free slot, unless a route stands before it that is the same.
    fn insert(&mut self, number: usize, key: u32, hash: u64, same: impl Fn(&u32) -> bool) -> bool {
        let mut places = places(hash, self.slots.len());
        loop {
            let Some(slot) = places.next().and_then(|place| self.slots.get_mut(place)) else { return false };
            let route = slot.route.get();
            if route == NONE {
                *slot = SlotRecord { key: key.into(), route: index(number) };
                return true;
            }
            if slot.key.get() == key && same(&route) {
                return false;
            }
        }
    }

    /// Adds the sorted pairs of a number of segments and the parameters among them.
    fn add_masks(&mut self, masks: &[(usize, u64)]) {
        for run in masks.chunk_by(|a, b| a.0 == b.0) {
            let segments = run.first().map_or(0, |mask| mask.0);
            let first = self.masks.len();
            self.lengths.resize(segments, LengthRecord { masks: List::since(first, first) });
            self.masks.extend(run.iter().map(|&(_, params)| MaskRecord { params: params.into() }));
            self.lengths.push(LengthRecord { masks: List::since(first, self.masks.len()) });
        }
    }
}

impl Tables {
    /// Fills `seeds`, `lengths`, `masks` and `slots` from `routes`, which are complete and sorted by then.
    pub fn build_index(&mut self) {
        let routes = self.routes.iter();
        let (new, _) = Index::of(routes.map(|route| (route.method.get(), self.strings.text(route.path))));
        (self.seeds, self.lengths, self.masks, self.slots) = (new.seeds, new.lengths, new.masks, new.slots);
    }
}

/// What the routes have in common that differ in literals alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) segments: usize,
    /// A bit for each parameter, the highest for the first segment.
    pub(super) params: u64,
}

impl Shape {
    fn of(path: &str) -> Self {
        let mut shape = Self { segments: 0, params: 0 };
        for segment in segments(path) {
            shape.params |= if segment.starts_with(':') { bit(shape.segments) } else { 0 };
            shape.segments += 1;
        }
        shape
    }

    /// The hash of a path of this shape: of what stands before, between and behind its parameters, where that is not
    /// empty.
    #[inline]
    pub(super) fn hash<'a>(self, seed: u64, literals: impl Iterator<Item = &'a [u8]>) -> u64 {
        let literals = literals.fold(seed, hash);
        fold(literals ^ self.params, 0xD6E8_FEB8_6659_FD93 ^ self.segments as u64)
    }
}

/// The bit of the segment with this number.
#[inline]
pub(super) fn bit(segment: usize) -> u64 {
    (1 << 63) >> segment
}

/// What stands before, between and behind the parameters of a route's path, where that is not empty.
fn literals(path: &str) -> impl Iterator<Item = &[u8]> {
    let mut parts = path.as_bytes().split(|&byte| byte == b':');
    let first = parts.next();
    first.into_iter().chain(parts.map(behind_name)).filter(|part| !part.is_empty())
}

/// The key of a method and the hash of a shape; of a method that no route can have, one that no slot has.
#[inline]
pub(super) fn key(hash: u64, method: Option<Method>) -> u32 {
    let method = method.map_or(METHOD, |method| u32::from(method.code()));
    (hash >> 32) as u32 & !METHOD | method
}

/// Whether two keys are of one hash, whatever their methods.
#[inline]
pub(super) fn same_hash(a: u32, b: u32) -> bool {
    (a ^ b) & !METHOD == 0
}

/// Where a hash may stand among so many slots: from its lower half on, to the first free one.
#[inline]
pub(super) fn places(hash: u64, slots: usize) -> impl Iterator<Item = usize> {
    let mask = slots.wrapping_sub(1);
    (0..slots).map(move |step| (hash as usize).wrapping_add(step) & mask)
}

/// The number of slots for so many routes: a power of two, of which at most two thirds are taken.
fn capacity(routes: usize) -> usize {
    (routes + routes / 2 + 1).next_power_of_two()
}

/// Whether two paths agree in everything but the names of their parameters.
fn same_shape(a: &str, b: &str) -> bool {
    segments(a).map(without_name).eq(segments(b).map(without_name))
}

fn without_name(segment: &str) -> &str {
    if segment.starts_with(':') { ":" } else { segment }
}
