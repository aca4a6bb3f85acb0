//! Whatever came from outside is escaped here before it meets a terminal.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

/// Text that is safe on a terminal: control characters, terminal escapes, and characters that are invisible or
/// turn the direction of writing are shown as escapes (`\n`, `\u{1b}`, `\u{202e}`). Everything else stays.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if is_printable_ascii(text) || !text.chars().any(must_escape) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if must_escape(c) => {
                let _infallible = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The same for text of several lines, such as a note: line breaks stay.
pub fn escaped_lines(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    text.lines().map(escaped)
}

/// The usual text, of which everything is known at a glance: no sign is escaped, and each takes a column.
fn is_printable_ascii(text: &str) -> bool {
    // All of it, though the first odd one would do: that way many are looked at in one step.
    !text.bytes().fold(false, |odd, b| odd | !matches!(b, b' '..=b'~'))
}

fn must_escape(c: char) -> bool {
    c.is_control() || is_invisible(c)
}

/// Characters that show nothing or change how their neighbours are shown: direction marks and overrides
/// (Unicode TR 9), zero-width characters, the byte order mark, line and paragraph separators, tag characters.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// What to type in a shell for something with a name and an id: its name, or its id where the name would want quotes.
pub fn word_for(name: &str, id: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-./@:+".contains(c);
    let is_word = name.starts_with(char::is_alphanumeric) && name.chars().all(is_plain);
    if is_word { name.to_owned() } else { id.to_owned() }
}

/// A text in lower case. Most that is compared is so already, and needs no copy.
pub fn lower(text: &str) -> Cow<'_, str> {
    let changes = |byte: u8| !byte.is_ascii() || byte.is_ascii_uppercase();
    // All of it is looked at, without an early end: that is done many bytes at a time.
    match text.bytes().fold(false, |any, byte| any | changes(byte)) {
        true => text.to_lowercase().into(),
        false => text.into(),
    }
}

/// How many columns a text takes on a terminal.
pub fn width(text: &str) -> usize {
    if is_printable_ascii(text) { text.len() } else { text.width() }
}

/// The text cut to at most `columns`, with an ellipsis (`…`, or `~` in ASCII) where something was cut.
pub fn clipped(text: &str, columns: usize, ascii: bool) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    for c in text.chars() {
        out.push(c);
        // Measured as a whole: joined emoji and their selectors are not as wide as their parts.
        if width(&out) >= columns {
            out.pop();
            break;
        }
    }
    while width(&out) >= columns.max(1) {
        out.pop();
    }
    if columns > 0 {
        out.push(if ascii { '~' } else { '…' });
    }
    Cow::Owned(out)
}

/// The text with its middle left out where it is longer than `chars_max`: the beginning and the end say most.
pub fn without_middle(text: &str, chars_max: usize) -> Cow<'_, str> {
    let count = text.chars().count();
    if count <= chars_max {
        return Cow::Borrowed(text);
    }
    let kept = chars_max.saturating_sub(1) / 2;
    let first: String = text.chars().take(kept).collect();
    let last: String = text.chars().skip(count - kept).collect();
    Cow::Owned(format!("{first}…{last}"))
}

/// A line broken at spaces, so that no part takes more than `columns` where that can be had; what follows the first part
/// is indented, like that if that is.
pub fn wrapped(line: &str, columns: usize) -> String {
    const INDENT: usize = 2;
    let indent = INDENT.max(line.len() - line.trim_start_matches(' ').len());
    let mut out = String::with_capacity(line.len() + 16);
    let mut used = 0;
    for word in line.split_inclusive(' ') {
        // A line without room for its last space still has room for its last word.
        if used > indent && used + width(word.trim_end()) > columns {
            out.truncate(out.trim_end().len());
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            used = indent;
        }
        out.push_str(word);
        used += width(word);
    }
    out
}

/// `1 token`, `3 tokens`: a count with its word.
pub fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// How many are named where there are many.
pub const LISTED_MAX: usize = 8;

/// What these are called, escaped: the first of them, and how many more.
pub fn listed(all: &[String]) -> String {
    let mut text = all.iter().take(LISTED_MAX).map(|one| escaped(one)).collect::<Vec<_>>().join(", ");
    if all.len() > LISTED_MAX {
        text.push_str(&format!(" and {} more", all.len() - LISTED_MAX));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_never_steered() {
        let cases = [
            ("plain", "plain"),
            ("żółw 日本 🦀 עברית", "żółw 日本 🦀 עברית"),
            ("\x1b]52;c;aGk=\x07", "\\u{1b}]52;c;aGk=\\u{7}"),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("abc\u{202e}fdp", "abc\\u{202e}fdp"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("zero\u{200b}width", "zero\\u{200b}width"),
        ];
        for (given, want) in cases {
            assert_eq!(escaped(given), want);
        }
    }

    #[test]
    fn the_middle_is_left_out() {
        assert_eq!(without_middle("abcdefg", 7), "abcdefg");
        assert_eq!(without_middle("abcdefgh", 7), "abc…fgh");
        assert_eq!(without_middle("żółwżółw", 5), "żó…łw");
        assert_eq!(without_middle("abc", 0), "…");
    }

    #[test]
    fn a_hint_can_be_typed() {
        let cases = [
            ("github/ci", "github/ci"),
            ("github/żółw", "github/żółw"),
            ("github/two words", "0123abcd"),
            ("github/it's", "0123abcd"),
            ("github/$(x)", "0123abcd"),
            ("", "0123abcd"),
        ];
        for (name, want) in cases {
            assert_eq!(word_for(name, "0123abcd"), want);
        }
    }

    #[test]
    fn clips_by_columns_not_by_characters() {
        assert_eq!(clipped("abcdef", 6, false), "abcdef");
        assert_eq!(clipped("abcdefg", 6, false), "abcde…");
        assert_eq!(clipped("日本語", 5, false), "日本…");
        assert_eq!(clipped("日本語", 4, true), "日~");
        assert_eq!(clipped("abc", 0, false), "");
    }

    #[test]
    fn long_lines_break_between_words() {
        assert_eq!(wrapped("one two three", 20), "one two three");
        assert_eq!(wrapped("one two three", 9), "one two\n  three");
        assert_eq!(wrapped("one two three", 7), "one two\n  three");
        assert_eq!(wrapped("  indented is kept", 12), "  indented\n  is kept");
        assert_eq!(wrapped("incomprehensibilities", 5), "incomprehensibilities");
        assert_eq!(wrapped("", 5), "");
    }

    proptest::proptest! {
        #[test]
        fn escaped_text_holds_nothing_that_steers(text in "\\PC*|.*") {
            let shown = escaped(&text);
            proptest::prop_assert!(!shown.chars().any(|c| c.is_control() || is_invisible(c)));
        }

        #[test]
        fn the_usual_text_is_treated_as_any_other(text in "[ -~]{0,40}") {
            proptest::prop_assert_eq!(width(&text), text.width());
            proptest::prop_assert!(!text.chars().any(must_escape));
        }

        #[test]
        fn clipped_text_fits(text in ".*", columns in 0usize..40) {
            proptest::prop_assert!(width(&clipped(&text, columns, false)) <= columns);
        }
    }
}
