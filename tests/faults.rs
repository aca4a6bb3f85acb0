//! Nothing is lost, whatever ends a write: the real program is killed, or told that the disk is full or broken, at every
//! step it takes on the disk. Afterwards the vault is the one of before or the one of after, and nothing is left that is
//! never cleaned away.
//!
//! Only a debug build counts its steps and can be told to fail at one.

#[cfg(debug_assertions)]
#[cfg(test)]
#[path = "common/nobody.rs"]
mod nobody;

#[cfg(debug_assertions)]
#[cfg(test)]
mod faults {
    mod disk;
    mod home;
    mod keys;
    mod state;
    mod walk;
    mod writes;
}
