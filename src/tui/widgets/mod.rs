//! What several screens draw with, where no kept crate has it.

pub mod axis;
pub mod buttons;
pub mod ends;
pub mod field;
pub mod lines;
pub mod month;
pub mod pane;
pub mod rows;
pub mod spark;
pub mod timeline;
pub mod weeks;

#[cfg(test)]
pub(crate) mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    use crate::tui::theme::Theme;

    pub fn plain() -> Theme {
        Theme::plain()
    }

    /// What a widget draws, line by line without the spaces at their ends; begins with a line break.
    pub fn drawn(columns: u16, rows: u16, draw: impl FnOnce(Rect, &mut Buffer)) -> String {
        let area = Rect::new(0, 0, columns, rows);
        let mut buffer = Buffer::empty(area);
        draw(area, &mut buffer);
        let line = |y| {
            let mut line = String::new();
            let mut x = 0;
            while x < columns {
                let symbol = buffer[(x, y)].symbol();
                line.push_str(symbol);
                // A wide character hides the cell behind it.
                x += u16::try_from(crate::text::width(symbol)).unwrap().max(1);
            }
            line
        };
        let lines: Vec<String> = (0..rows).map(|y| format!("\n{}", line(y).trim_end())).collect();
        lines.concat().trim_end().to_owned()
    }
}
