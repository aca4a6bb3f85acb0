//! Tables that fit a terminal.

use std::borrow::Cow;

use super::face::{Face, Role};
use crate::text::{clipped, escaped, width};

/// Columns are never narrower than this, unless all they hold is.
const NARROWEST: usize = 8;
/// How much is put together before it is printed.
const PRINTED_BYTES: usize = 32 << 10;
/// Spaces between two columns.
const GAP: usize = 2;

/// One cell.
pub(super) struct Cell<'a> {
    text: Cow<'a, str>,
    role: Role,
}

impl<'a> Cell<'a> {
    /// A cell with text from anywhere.
    pub(super) fn new(text: impl Into<Cow<'a, str>>) -> Self {
        Self::with(Role::Plain, text)
    }

    /// The same with a role.
    pub(super) fn with(role: Role, text: impl Into<Cow<'a, str>>) -> Self {
        Self { text: text.into(), role }
    }
}

/// A table under headings. Columns stand in order of importance: where the line is too short, the last ones are left out.
pub(super) struct Table {
    headings: Vec<&'static str>,
    /// What all cells say, one behind the other: ten thousand tokens have many.
    texts: String,
    /// Row by row.
    cells: Vec<Kept>,
}

/// A cell that stands in a table.
struct Kept {
    /// Where its text ends among the texts; it begins where the one before ends.
    end: usize,
    /// How many columns it takes.
    width: usize,
    role: Role,
}

impl Table {
    /// A table without rows.
    pub(super) fn new(headings: Vec<&'static str>) -> Self {
        Self { headings, texts: String::new(), cells: vec![] }
    }

    /// Adds a row, as long as the headings.
    pub(super) fn row<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) {
        for Cell { text, role } in cells {
            let shown = escaped(&text);
            self.texts.push_str(&shown);
            self.cells.push(Kept { end: self.texts.len(), width: width(&shown), role });
        }
    }

    fn rows(&self) -> std::slice::ChunksExact<'_, Kept> {
        self.cells.chunks_exact(self.headings.len().max(1))
    }

    /// Prints it. Nothing where there is no row.
    pub(super) fn print(&self, face: &mut Face) {
        if self.cells.is_empty() {
            return;
        }
        let widths = fit(self.natural(), face.width);
        let headings = self.headings.iter().map(|heading| (*heading, width(heading), Role::Quiet));
        // Many lines at once: a system call for each would take longer than all the rest.
        let mut text = String::new();
        line(&mut text, face, headings, &widths);
        let mut start = 0;
        for row in self.rows() {
            let cells = row.iter().map(|cell| {
                let said = self.texts.get(start..cell.end).unwrap_or_default();
                start = cell.end;
                (said, cell.width, cell.role)
            });
            line(&mut text, face, cells, &widths);
            if text.len() >= PRINTED_BYTES {
                face.bytes(text.as_bytes());
                text.clear();
            }
        }
        face.bytes(text.as_bytes());
    }

    /// How wide each column would like to be; none for a column in which nothing stands.
    fn natural(&self) -> Vec<usize> {
        let column = |at: usize, heading: &str| {
            let widest = self.rows().filter_map(|row| row.get(at)).map(|cell| cell.width).max().unwrap_or(0);
            if widest == 0 { 0 } else { widest.max(width(heading)) }
        };
        self.headings.iter().enumerate().map(|(at, heading)| column(at, heading)).collect()
    }
}

/// Shares the columns of a line out: the widest column gives way first, and where all are narrow, the last one goes.
/// A width of 0 leaves a column out.
fn fit(mut widths: Vec<usize>, line: Option<usize>) -> Vec<usize> {
    let Some(line) = line else { return widths };
    loop {
        let shown = widths.iter().filter(|&&width| width > 0).count();
        let total: usize = widths.iter().sum::<usize>() + GAP * shown.saturating_sub(1);
        let Some(excess) = total.checked_sub(line).filter(|&excess| excess > 0) else { return widths };
        match widths.iter_mut().max() {
            Some(widest) if *widest > NARROWEST => *widest -= excess.min(*widest - NARROWEST).min(1 + *widest / 8),
            _ if shown > 1 => {
                if let Some(last) = widths.iter_mut().rev().find(|width| **width > 0) {
                    *last = 0;
                }
            }
            _ => return widths,
        }
    }
}

fn line<'a>(text: &mut String, face: &Face, cells: impl Iterator<Item = (&'a str, usize, Role)>, widths: &[usize]) {
    let mut pad = 0;
    for ((cell, wide, role), &columns) in cells.zip(widths).filter(|(_, columns)| **columns > 0) {
        text.extend(std::iter::repeat_n(' ', pad));
        if wide <= columns {
            face.paint_onto(text, role, cell);
            pad = columns - wide + GAP;
        } else {
            let cell = clipped(cell, columns, face.ascii);
            face.paint_onto(text, role, &cell);
            pad = columns - width(&cell) + GAP;
        }
    }
    text.truncate(text.trim_end_matches(' ').len());
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_share_a_line() {
        let cases: [(&[usize], Option<usize>, &[usize]); 6] = [
            (&[1, 10, 20], None, &[1, 10, 20]),
            (&[1, 10, 20], Some(40), &[1, 10, 20]),
            (&[1, 10, 20], Some(30), &[1, 10, 15]),
            (&[1, 0, 20], Some(18), &[1, 0, 15]),
            (&[1, 10, 20], Some(21), &[1, 8, 8]),
            (&[1, 10, 20], Some(12), &[1, 8, 0]),
        ];
        for (natural, line, want) in cases {
            assert_eq!(fit(natural.to_vec(), line), want, "{natural:?} in {line:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_fits_fits(natural in proptest::collection::vec(0usize..300, 1..9), line in 10usize..200) {
            let widths = fit(natural, Some(line));
            let shown = widths.iter().filter(|&&width| width > 0).count();
            let total: usize = widths.iter().sum::<usize>() + GAP * shown.saturating_sub(1);
            proptest::prop_assert!(total <= line);
        }
    }
}
