//! A bar a token, from its issue to its end, with a line for today.

use chrono::{NaiveDate, Weekday};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::axis::Axis;
use super::ends::Ends;
use crate::text::{clipped, escaped};
use crate::token::Token;
use crate::token::expiry::Expiry;
use crate::token::now::Now;
use crate::token::rules::Rules;
use crate::tui::screens::tokens::role_of;
use crate::tui::theme::{Role, Theme};

/// The lines above the bars: days, and how many tokens end in each column.
pub const HEAD_ROWS: u16 = 2;

/// Where a bar ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// On that day.
    On(NaiveDate),
    /// Not by itself.
    Never,
    /// Nobody knows.
    Unknown,
}

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// From the day on which it was issued, else that on which it came.
    pub from: NaiveDate,
    /// To its end.
    pub end: End,
}

impl Span {
    /// That of a token's current version.
    pub fn of(token: &Token, now: &Now) -> Self {
        let current = token.current();
        let from = current.issued.map_or_else(|| now.day_of(current.added), |date| date.day(now));
        let end = match current.expiry {
            Expiry::Ends(date, _) => End::On(date.day(now)),
            Expiry::Never(_) => End::Never,
            Expiry::Unknown => End::Unknown,
        };
        Self { from, end }
    }

    /// What stands in each column of an axis.
    fn signs(&self, axis: &Axis, signs: &Signs) -> Vec<Option<&'static str>> {
        let columns = i64::from(axis.columns);
        let today = axis.column(axis.today);
        let from = axis.column(self.from);
        let end = match self.end {
            End::On(day) => Some(axis.column(day)),
            End::Never | End::Unknown => None,
        };
        let sign = |column: i64| match (self.end, end) {
            (_, Some(end)) if column == end => Some(signs.end),
            // Out of sight on that side.
            (_, Some(end)) if column == 0 && end < 0 => Some(signs.before),
            _ if column == columns - 1 && from > column => Some(signs.behind),
            _ if column == today => Some(signs.today),
            (_, Some(end)) if column == columns - 1 && end > column => Some(signs.behind),
            (_, Some(end)) if (from..end).contains(&column) => {
                Some(if column < today { signs.gone } else { signs.left })
            }
            (End::Never | End::Unknown, _) if (from..today).contains(&column) => Some(signs.gone),
            (End::Never, _) if column == columns - 1 && column > from => Some(signs.on),
            (End::Never, _) if column > today && column >= from => Some(signs.never),
            (End::Unknown, _) if column == today.max(from) + 1 => Some(signs.unknown),
            _ => None,
        };
        (0..columns).map(sign).collect()
    }
}

/// What bars are made of.
struct Signs {
    /// Time that is over.
    gone: &'static str,
    /// Time that is left.
    left: &'static str,
    /// The end.
    end: &'static str,
    /// Time without an end.
    never: &'static str,
    /// And so on.
    on: &'static str,
    /// Nobody knows how long.
    unknown: &'static str,
    /// The line of today.
    today: &'static str,
    /// It ended before what is to be seen.
    before: &'static str,
    /// It goes on behind it.
    behind: &'static str,
}

const DRAWN: Signs =
    Signs {
        gone: "▓", left: "░", end: "█", never: "─", on: "→", unknown: "?", today: "│", before: "‹", behind: "›"
    };

const ASCII: Signs =
    Signs { gone: "#", left: "=", end: "]", never: "-", on: "~", unknown: "?", today: "|", before: "<", behind: ">" };

/// Heights of what ends in a column, lowest first.
const LEVELS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const DIGITS: [&str; 10] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "+"];

/// What each sign means, for a line of explanation.
pub fn legend(ascii: bool) -> String {
    let Signs { gone, left, end, never, unknown, .. } = if ascii { ASCII } else { DRAWN };
    format!("{gone} over  {left} left  {end} end  {never} never  {unknown} unknown")
}

/// The bars as they are drawn, with their tokens' names on the left.
pub struct Timeline<'a> {
    /// The tokens to be seen, from the first line on.
    pub tokens: &'a [&'a Token],
    /// Which of them is chosen.
    pub selected: Option<usize>,
    /// It has the keyboard.
    pub focused: bool,
    /// The ends of all tokens, whether to be seen or not.
    pub ends: &'a Ends,
    /// Time; its columns are those of [`Timeline::bars`].
    pub axis: Axis,
    /// The day that weeks begin on.
    pub first: Weekday,
    /// The rules for reminders.
    pub rules: &'a Rules,
    /// The present.
    pub now: &'a Now,
    /// How it looks.
    pub theme: &'a Theme,
    /// Signs in ASCII.
    pub ascii: bool,
}

impl Timeline<'_> {
    /// Where the bars stand in an area: right of the names.
    pub fn bars(area: Rect) -> Rect {
        let names = (area.width / 3).clamp(8.min(area.width), 32.max(area.width / 5));
        Rect { x: area.x + names, width: area.width - names, ..area }
    }

    fn head(&self, bars: Rect, buffer: &mut Buffer) {
        let quiet = self.theme.style(Role::Quiet);
        for (column, label) in self.axis.labels(self.first) {
            buffer.set_stringn(bars.x + column, bars.y, label, (bars.width - column).into(), quiet);
        }
        if bars.height < HEAD_ROWS {
            return;
        }
        let count = |column: u16| {
            let days = self.axis.day(column.into()).zip(self.axis.last_day(column.into()));
            days.map_or(0, |(first, last)| self.ends.within(first..=last))
        };
        let counts: Vec<usize> = (0..bars.width).map(count).collect();
        let most = counts.iter().copied().max().unwrap_or_default().max(LEVELS.len());
        for (x, count) in (bars.x..).zip(counts) {
            let sign = match count.checked_sub(1) {
                None => continue,
                Some(height) if self.ascii => DIGITS.get(height.min(DIGITS.len() - 1)),
                Some(height) => LEVELS.get(height * LEVELS.len() / most),
            };
            if let Some(sign) = sign {
                buffer.set_stringn(x, bars.y + 1, sign, 1, self.theme.style(Role::Soon));
            }
        }
    }

    fn row(&self, token: &Token, selected: bool, area: Rect, bars: Rect, buffer: &mut Buffer) {
        let status = token.status(self.rules, self.now);
        let style = self.theme.style(role_of(status));
        let name = format!("{} {}", status.sign(self.ascii), escaped(&token.path()));
        let room = usize::from(bars.x - area.x).saturating_sub(1);
        let name = clipped(&name, room, self.ascii).into_owned();
        let base = self.theme.style(match (selected, self.focused) {
            (true, true) => Role::Selected,
            (true, false) => Role::Unfocused,
            (false, _) => Role::Text,
        });
        buffer.set_style(area, base);
        // On the line that is chosen its own colours count.
        let painted = |style: Style| if selected { base } else { style };
        buffer.set_stringn(area.x, area.y, name, room, painted(style));
        let span = Span::of(token, self.now);
        let quiet = self.theme.style(Role::Quiet);
        let signs = if self.ascii { ASCII } else { DRAWN };
        for (x, sign) in (bars.x..bars.right()).zip(span.signs(&self.axis, &signs)) {
            let Some(sign) = sign else { continue };
            let style = if sign == signs.today { quiet } else { style };
            buffer.set_stringn(x, area.y, sign, 1, painted(style));
        }
    }
}

impl Widget for Timeline<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let bars = Self::bars(area);
        if area.height == 0 || bars.width == 0 {
            return;
        }
        self.head(bars, buffer);
        let today = self.axis.column(self.axis.today);
        let line = if self.ascii { ASCII.today } else { DRAWN.today };
        let rows = area.rows().zip(bars.rows()).skip(HEAD_ROWS.into());
        for (at, (area, bars)) in rows.enumerate() {
            if let Some(token) = self.tokens.get(at) {
                self.row(token, self.selected == Some(at), area, bars, buffer);
            } else if let Some(today) = u16::try_from(today).ok().filter(|today| *today < bars.width) {
                buffer.set_stringn(bars.x + today, bars.y, line, 1, self.theme.style(Role::Quiet));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::axis::Scale;
    use super::super::tests::{drawn, plain};
    use super::*;
    use crate::token::expiry::{Date, Source};
    use crate::token::now::tests::{auckland, day, utc};
    use crate::token::tests::token;

    const NOW: &str = "2026-11-22T12:00:00Z";

    /// A token that was issued and ends then: a day, `never` or `unknown`.
    fn spanning(path: &str, issued: &str, ends: &str) -> Token {
        let mut token = token(path);
        token.versions[0].issued = Some(Date::Day(day(issued)));
        token.versions[0].expiry = match ends {
            "unknown" => Expiry::Unknown,
            "never" => Expiry::Never(Source::Typed),
            date => Expiry::Ends(date.parse().unwrap(), Source::Typed),
        };
        token
    }

    fn some() -> Vec<Token> {
        vec![
            spanning("github/ci-deploy", "2026-09-01", "2026-11-25"),
            spanning("gitlab/old-runner", "2026-10-01", "2026-11-20"),
            spanning("slack/alerts", "2026-10-10", "never"),
            spanning("figma/プラグイン鍵", "2026-11-01", "unknown"),
            spanning("azure/far", "2026-11-01", "9999-12-31"),
            spanning("npm/gone", "2020-01-01", "2021-01-01"),
            spanning("npm/to-come", "2030-01-01", "2031-01-01"),
            spanning("a/today", "2026-11-22", "2026-11-22"),
            spanning("b/backwards", "2026-12-01", "2026-11-01"),
            spanning("c/\u{1b}[31mred", "2026-11-10", "2026-12-01"),
        ]
    }

    fn view(tokens: &[Token], (columns, rows): (u16, u16), scale: Scale, now: &Now, ascii: bool) -> String {
        let theme = plain();
        let ends = Ends::of(tokens, now);
        let shown: Vec<&Token> = tokens.iter().collect();
        drawn(columns, rows, |area, buffer| {
            let axis = Axis { today: now.today(), scrolled_days: 0, scale, columns: Timeline::bars(area).width };
            let rules = Rules::default();
            Timeline {
                tokens: &shown,
                selected: Some(1),
                focused: true,
                ends: &ends,
                axis,
                first: Weekday::Mon,
                rules: &rules,
                now,
                theme: &theme,
                ascii,
            }
            .render(area, buffer);
        })
    }

    #[test]
    fn bars_by_month() {
        assert_eq!(
            view(&some(), (70, 13), Scale::Month, &utc(NOW), false),
            "
                         Oct    Nov     Dec     2027   Feb    Mar
                                ▁    ▁▂ ▁
! github/ci-deploy     ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓█
✖ gitlab/old-runner      ▓▓▓▓▓▓▓▓▓▓▓▓█│
● slack/alerts             ▓▓▓▓▓▓▓▓▓▓▓│──────────────────────────────→
? figma/プラグイン鍵            ▓▓▓▓▓▓│?
● azure/far                     ▓▓▓▓▓▓│░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░›
✖ npm/gone             ‹              │
● npm/to-come                         │                              ›
! a/today                             █
✖ b/backwards                   █     │
! c/\\u{1b}[31mred                  ▓▓▓│░█
                                      │"
        );
    }

    #[test]
    fn bars_by_week_and_quarter_in_ascii() {
        assert_eq!(
            view(&some(), (60, 12), Scale::Week, &utc(NOW), true),
            "
                    9 Nov  16 Nov 23 Nov 30 Nov 7 Dec
                               1 1  1     1
! github/ci-deploy  #############|==]
x gitlab/old-runner ###########] |
* slack/alerts      #############|-------------------------~
? figma/プラグイン~ #############|?
* azure/far         #############|=========================>
x npm/gone          <            |
* npm/to-come                    |                         >
! a/today                        ]
x b/backwards       <            |
! c/\\u{1b}[31mred    ############|========]"
        );
        assert_eq!(
            view(&some(), (60, 12), Scale::Quarter, &utc(NOW), true),
            "
                     Q3     Q4      2027   Q2      Q3
                               113
! github/ci-deploy        #######]
x gitlab/old-runner         ####]|
* slack/alerts               ####|-------------------------~
? figma/プラグイン~            ##|?
* azure/far                    ##|=========================>
x npm/gone          <            |
* npm/to-come                    |                         >
! a/today                        ]
x b/backwards                  ] |
! c/\\u{1b}[31mred               #]"
        );
    }

    #[test]
    fn the_readers_day_is_what_counts() {
        let mut ends = spanning("a/instant", "2026-11-20", "2026-11-22T13:00:00Z");
        ends.versions[0].issued = None;
        let at = "2026-11-22T10:30:00Z";
        assert_eq!(Span::of(&ends, &utc(at)).end, End::On(day("2026-11-22")));
        assert_eq!(Span::of(&ends, &auckland(at)).end, End::On(day("2026-11-23")));
        assert_eq!(Span::of(&ends, &auckland(at)).from, day("2026-11-02"));
    }

    #[test]
    fn fits_wherever_it_is_put_and_however_many_there_are() {
        let many: Vec<Token> =
            (0..10_000).map(|at| spanning(&format!("many/{at}"), "2026-11-01", "2026-12-24")).collect();
        for size in [(0, 0), (1, 1), (5, 3), (9, 2), (40, 12), (200, 50)] {
            for scale in [Scale::Week, Scale::Month, Scale::Quarter] {
                view(&[], size, scale, &utc(NOW), false);
                view(&some()[..1], size, scale, &utc(NOW), false);
                view(&many, size, scale, &utc(NOW), true);
            }
        }
    }
}
