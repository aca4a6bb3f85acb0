//! What several screens draw with, where no kept crate has it.

pub mod field;
pub mod pane;
