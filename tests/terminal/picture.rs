//! The picture in the README: what the real program shows of its demo, drawn as SVG. `SNAPSHOTS=overwrite` draws it anew; look
//! at it then.

use std::fmt::Write;

use snapbox::{assert_data_eq, file};
use vt100::{Cell, Color, Screen};

use crate::pty::Home;

/// The size of a character, for letters of [`FONT`] pixels.
const WIDE: u16 = 9;
const HIGH: u16 = 18;
const FONT: u16 = 15;
/// Where letters stand in a line.
const BASE: u16 = 13;
/// What is left free around the screen.
const EDGE: u16 = 12;
/// The colours of a terminal that was told none: those of the dark theme.
const FRONT: &str = "#d8dee9";
const BACK: &str = "#14181f";
const FACES: &str = "ui-monospace,'DejaVu Sans Mono','Cascadia Mono',Menlo,Consolas,monospace";

#[test]
fn the_picture_is_what_the_window_shows() {
    let vars = [("PATVAULT_NOW", "2026-11-22T12:00:00Z"), ("COLORTERM", "truecolor")];
    let Some(mut visit) = Home::bare().visit_with(&["demo"], 120, &vars) else { return };
    // Down to one of which much is known; what belongs to it is read beside. Then a whole frame.
    visit.resizes(120, 34).shows("Tokens 6").types("jjj").shows("2026-11-22 10:00");
    visit.types("\x12").sees("\x1b[2J").sees("\x1b[?2026l");
    assert_data_eq!(drawn(visit.cells()), file!["../../assets/window.svg"].raw());
    visit.types("q");
    assert!(visit.ends().given_back);
}

/// The screen as a picture.
fn drawn(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    let (wide, high) = (columns * WIDE + 2 * EDGE, rows * HIGH + 2 * EDGE);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide} {high}\" width=\"{wide}\" height=\"{high}\" \
         font-family=\"{FACES}\" font-size=\"{FONT}\">\n\
         <title>patvault's window: groups, tokens, and everything about one of them</title>\n\
         <rect width=\"{wide}\" height=\"{high}\" rx=\"8\" fill=\"{BACK}\"/>\n"
    );
    for row in 0..rows {
        let runs = runs(screen, row);
        runs.iter().for_each(|run| run.ground(&mut svg));
        runs.iter().for_each(|run| run.signs(&mut svg));
    }
    svg + "</svg>\n"
}

/// Characters beside each other that look the same.
struct Run {
    x: u16,
    y: u16,
    wide: u16,
    text: String,
    front: String,
    back: String,
    bold: bool,
}

fn runs(screen: &Screen, row: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = vec![];
    for column in 0..screen.size().1 {
        let cell = screen.cell(row, column).unwrap();
        let mut run = Run::of(cell, EDGE + column * WIDE, EDGE + row * HIGH);
        match runs.last_mut() {
            Some(last) if cell.is_wide_continuation() => last.wide += WIDE,
            Some(last) if last.goes_on_with(&run) => {
                last.wide += run.wide;
                last.text.push_str(&std::mem::take(&mut run.text));
            }
            _ => runs.push(run),
        }
    }
    runs
}

impl Run {
    fn of(cell: &Cell, x: u16, y: u16) -> Self {
        let (mut front, mut back) = (color(cell.fgcolor(), FRONT), color(cell.bgcolor(), BACK));
        if cell.inverse() {
            std::mem::swap(&mut front, &mut back);
        }
        let text = if cell.has_contents() { cell.contents() } else { " " };
        Self { x, y, wide: WIDE, text: text.into(), front, back, bold: cell.bold() }
    }

    fn goes_on_with(&self, next: &Self) -> bool {
        self.front == next.front && self.back == next.back && self.bold == next.bold
    }

    fn ground(&self, svg: &mut String) {
        if self.back != BACK {
            let Self { x, y, wide, back, .. } = self;
            writeln!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{HIGH}\" fill=\"{back}\"/>").unwrap();
        }
    }

    /// Letters word by word, each held to its columns whatever the font; what joins others is drawn, so that it does.
    fn signs(&self, svg: &mut String) {
        let mut words: Vec<(u16, String)> = vec![];
        let mut blocks: Vec<(u16, u16, (u16, u16))> = vec![];
        let mut lines = String::new();
        let mut x = self.x;
        for c in self.text.chars() {
            let to = x + WIDE * wide(c.encode_utf8(&mut [0; 4]));
            match (arms(c), block(c)) {
                (Some(arms), _) => line(&mut lines, arms, x, self.y),
                (_, Some(look)) => match blocks.last_mut() {
                    Some((_, end, last)) if *end == x && *last == look => *end = to,
                    _ => blocks.push((x, to, look)),
                },
                (None, None) if c != ' ' => match words.last_mut() {
                    Some((from, word)) if *from + WIDE * wide(word) == x => word.push(c),
                    _ => words.push((x, c.into())),
                },
                (None, None) => {}
            }
            x = to;
        }
        let front = &self.front;
        if !lines.is_empty() {
            writeln!(svg, "<path d=\"{lines}\" stroke=\"{front}\" fill=\"none\"/>").unwrap();
        }
        for (from, to, (eighths, quarters)) in blocks {
            let (wide, high) = (to - from, HIGH * eighths / 8);
            let (y, shade) = (self.y + HIGH - high, f32::from(quarters) / 4.0);
            write!(svg, "<rect x=\"{from}\" y=\"{y}\" width=\"{wide}\" height=\"{high}\" ").unwrap();
            writeln!(svg, "fill=\"{front}\" opacity=\"{shade}\"/>").unwrap();
        }
        let bold = if self.bold { " font-weight=\"bold\"" } else { "" };
        for (x, word) in words {
            let (y, long) = (self.y + BASE, WIDE * wide(&word));
            let word = word.replace('&', "&amp;").replace('<', "&lt;");
            writeln!(svg, "<text x=\"{x}\" y=\"{y}\" textLength=\"{long}\" fill=\"{front}\"{bold}>{word}</text>")
                .unwrap();
        }
    }
}

/// How many columns a text takes.
fn wide(text: &str) -> u16 {
    unicode_width::UnicodeWidthStr::width(text).try_into().unwrap()
}

fn color(color: Color, else_it_is: &str) -> String {
    match color {
        Color::Default => else_it_is.to_owned(),
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        Color::Idx(number) => panic!("colour {number} of sixteen in a theme of many"),
    }
}

/// Which edges a line reaches from the middle: left, right, top, bottom.
fn arms(c: char) -> Option<[bool; 4]> {
    const LINES: [(char, &str); 12] = [
        ('─', "lr"),
        ('│', "tb"),
        ('┌', "rb"),
        ('┐', "lb"),
        ('└', "rt"),
        ('┘', "lt"),
        ('├', "rtb"),
        ('┤', "ltb"),
        ('┬', "lrb"),
        ('┴', "lrt"),
        ('┼', "lrtb"),
        ('┃', "tb"),
    ];
    let (_, arms) = LINES.iter().find(|(line, _)| *line == c)?;
    Some(['l', 'r', 't', 'b'].map(|arm| arms.contains(arm)))
}

fn line(path: &mut String, [left, right, top, bottom]: [bool; 4], x: u16, y: u16) {
    // To the middle of a pixel, where a line is sharp.
    let (middle_x, middle_y) = (f32::from(x) + 4.5, f32::from(y) + 9.5);
    let from = if left { f32::from(x) } else { middle_x };
    let to = if right { f32::from(x + WIDE) } else { middle_x };
    if from < to {
        write!(path, "M{from} {middle_y}H{to}").unwrap();
    }
    let from = if top { f32::from(y) } else { middle_y };
    let to = if bottom { f32::from(y + HIGH) } else { middle_y };
    if from < to {
        write!(path, "M{middle_x} {from}V{to}").unwrap();
    }
}

/// How much of its place a block fills from below, in eighths, and how darkly, in quarters.
fn block(c: char) -> Option<(u16, u16)> {
    match c {
        '▁'..='█' => Some((u16::try_from(u32::from(c) - u32::from('▁')).unwrap() + 1, 4)),
        '░'..='▓' => Some((8, u16::try_from(u32::from(c) - u32::from('░')).unwrap() + 1)),
        _ => None,
    }
}
