//! A new file among the shipped services is a change of the program.

fn main() {
    println!("cargo:rerun-if-changed=assets/services");
}
