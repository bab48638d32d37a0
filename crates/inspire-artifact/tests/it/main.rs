//! Everything enters through the public door: tables are encoded, bytes are opened.

mod fields;
mod find;
mod refuse;
mod round_trip;
mod rules;
mod sample;
mod size;
