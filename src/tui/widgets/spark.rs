//! Counts beside each other, as a line of bars.

/// Bars of eight heights; a count that is none is the lowest.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The same in ASCII.
const ASCII: [char; 8] = ['_', '.', ':', '-', '=', '+', '*', '#'];

/// One bar for each count, as high as it is beside the largest.
pub fn spark(counts: &[usize], ascii: bool) -> String {
    let bars = if ascii { ASCII } else { BARS };
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let bar = |count: &usize| {
        // Any use at all is seen.
        let height = if *count == 0 { 0 } else { 1 + count * 6 / most };
        bars.get(height.min(7)).copied().unwrap_or(' ')
    };
    counts.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_is_the_highest_and_any_is_seen() {
        assert_eq!(spark(&[0, 1, 50, 100], false), "▁▂▅█");
        assert_eq!(spark(&[0, 1, 2], true), "_=#");
        assert_eq!(spark(&[0, 0], false), "▁▁");
        assert_eq!(spark(&[], false), "");
    }
}
