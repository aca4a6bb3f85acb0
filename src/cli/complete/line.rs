//! A command line as it is typed: its words, and the quotes around them. What bash and fish have in common is enough.

/// A word of a line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Word {
    /// What the shell makes of it.
    pub text: String,
    /// The quote that is still open at its end.
    pub quote: Option<char>,
    /// Where it begins in the line, in bytes.
    start: usize,
}

/// The words of a line up to the cursor. The last one is the one that is being typed, and is empty behind a space.
pub(super) fn words(line: &str) -> Vec<Word> {
    let (mut all, mut word, mut inside) = (vec![], Word::default(), false);
    let mut letters = line.char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        if word.quote.is_none() && c.is_ascii_whitespace() {
            if std::mem::take(&mut inside) {
                all.push(std::mem::take(&mut word));
            }
            continue;
        }
        if !std::mem::replace(&mut inside, true) {
            word.start = at;
        }
        match (word.quote, c) {
            (None, '\'' | '"') => word.quote = Some(c),
            (Some(quote), _) if c == quote => word.quote = None,
            // In double quotes a backslash stands for itself, but before these.
            (None, '\\') => word.text.extend(letters.next().map(|(_, c)| c)),
            (Some('"'), '\\') => {
                word.text.push(letters.next_if(|(_, c)| "$`\"\\".contains(*c)).map_or(c, |(_, c)| c));
            }
            _ => word.text.push(c),
        }
    }
    if !inside {
        word.start = line.len();
    }
    all.push(word);
    all
}

/// One word, or the beginning of one.
pub(super) fn unquoted(word: &str) -> Word {
    words(word).pop().unwrap_or_default()
}

/// The part of the last word that stays on the line, where the shell replaces the rest: bash breaks words at `:` and `=`
/// and behind an open quote.
pub(super) fn kept<'a>(line: &'a str, replaced: &str) -> &'a str {
    let start = words(line).last().map_or(0, |word| word.start);
    line.get(start..).and_then(|word| word.strip_suffix(replaced)).unwrap_or_default()
}

/// Text as bash reads it back, behind an open quote or without one.
pub(super) fn quoted(text: &str, quote: Option<char>) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    // The shell knows it as the home only if it stands in the open.
    let home = if quote.is_none() && text.starts_with("~/") { 1 } else { 0 };
    for (at, c) in text.char_indices() {
        let plain = c.is_alphanumeric() || !c.is_ascii() || "_-./,:=@%+".contains(c) || at < home;
        match quote {
            Some('\'') if c == '\'' => out.push_str("'\\''"),
            Some('\'') => out.push(c),
            // What no backslash can hide inside of double quotes is put outside of them.
            Some(_) if c == '!' => out.push_str("\"\\!\""),
            Some(_) if "$`\"\\".contains(c) => out.extend(['\\', c]),
            None if !plain => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_as_the_shell_reads_them() {
        let cases: [(&str, &[&str]); 12] = [
            ("", &[""]),
            ("patvault get gi", &["patvault", "get", "gi"]),
            ("patvault  get ", &["patvault", "get", ""]),
            (r"get two\ words", &["get", "two words"]),
            ("get 'two w", &["get", "two w"]),
            (r#"get "it's \"so\" \x"#, &["get", r#"it's "so" \x"#]),
            (r"get 'it'\''s' ", &["get", "it's", ""]),
            ("list tag:'a b'c", &["list", "tag:a bc"]),
            (r"get żó\ łw", &["get", "żó łw"]),
            (r"get a\", &["get", "a"]),
            ("get ''", &["get", ""]),
            ("get '' ", &["get", "", ""]),
        ];
        for (line, want) in cases {
            assert_eq!(words(line).iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), want, "{line}");
        }
    }

    #[test]
    fn what_readline_leaves_on_the_line() {
        let cases = [
            ("list tag:pr", "pr", "tag:", None),
            ("list --vault=wo", "wo", "--vault=", None),
            ("get gi", "gi", "", None),
            ("get ", "", "", None),
            ("get \"gi", "gi", "\"", Some('"')),
            ("get 'github/two w", "w", "'github/two ", Some('\'')),
            ("get gi", "other", "", None),
        ];
        for (line, replaced, want, quote) in cases {
            assert_eq!(kept(line, replaced), want, "{line}");
            assert_eq!(unquoted(want).quote, quote, "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_quoted_is_read_back(text in "[^\\p{Cc}]*", quote in proptest::option::of("['\"]")) {
            let quote = quote.and_then(|quote| quote.chars().next());
            let open: String = quote.into_iter().collect();
            let line = format!("get {open}{}{open}", quoted(&text, quote));
            let read = words(&line).pop().unwrap();
            let at_home = text.starts_with("~/");
            proptest::prop_assert!(at_home || read.text == text, "{line}: {read:?}");
            proptest::prop_assert_eq!(read.quote, None);
        }
    }
}
