//! The command `kizaki`.

fn main() {}
