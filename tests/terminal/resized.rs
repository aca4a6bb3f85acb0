//! The window while its terminal grows and shrinks.

use super::window::{GIVEN_BACK, open};
use crate::pty::Home;

/// Sizes as they come from a border that is dragged about wildly, also such as no window has room in: the same every time.
fn sizes() -> impl Iterator<Item = (u16, u16)> {
    let mut dice = 5_u32;
    let mut throw = move |most: u16| {
        dice = dice.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        1 + u16::try_from(dice >> 16).unwrap() % most
    };
    let wild = std::iter::repeat_with(move || (throw(250), throw(70)));
    wild.take(300).chain([(1, 1), (40, 12), (39, 11), (1, 80), (300, 1), (100, 30)])
}

#[test]
fn a_storm_of_sizes_ends_in_the_right_picture() {
    let home = Home::furnished();
    let Some(mut calm) = open(&home) else { return };
    // Wiped, and then a whole frame.
    calm.resizes(100, 30).sees("\x1b[2J").sees("\x1b[?2026l");
    let picture = calm.screen();
    assert!(picture.contains("Groups"), "{picture}");

    let Some(mut tossed) = open(&home) else { return };
    for (number, (columns, rows)) in sizes().enumerate() {
        tossed.resizes(columns, rows);
        // Somebody types on meanwhile.
        tossed.types(["j", "2", "", "3", "?q", "1", ""][number % 7]);
    }
    tossed.types("1").shows(&picture);
    for mut window in [calm, tossed] {
        window.types("q").sees(GIVEN_BACK);
        let end = window.ends();
        assert!(end.code == Some(0) && end.given_back, "{end:?}");
    }
}
