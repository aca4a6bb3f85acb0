//! patvault: see the library.

fn main() {}
