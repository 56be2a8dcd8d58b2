//! How deep an argument may be nested.

/// How deep data may be nested. PostgreSQL refuses a `jsonb` of some six thousand levels, and
/// JavaScript's own `JSON.stringify` gives up at about as many.
pub(crate) const MAX_DEPTH: usize = 2_000;

/// Whether JSON text is nested deeper than [`MAX_DEPTH`].
pub(crate) fn is_too_deep(json: &str) -> bool {
    // Most texts have no room for as many brackets, or have fewer than that in all.
    if json.len() <= 2 * MAX_DEPTH || brackets(json) <= MAX_DEPTH {
        return false;
    }
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in json.bytes() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return true;
        }
    }
    false
}

/// Counts `{` and `[`. They differ in one bit, and the sums of short pieces fit in a byte: that is how a
/// processor counts many bytes at once.
fn brackets(json: &str) -> usize {
    json.as_bytes()
        .chunks(usize::from(u8::MAX))
        .map(|chunk| {
            usize::from(
                chunk
                    .iter()
                    .fold(0_u8, |sum, byte| sum.wrapping_add(u8::from(byte | 0x20 == b'{'))),
            )
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> String {
        format!("{}{}", "[{\"a\":".repeat(levels / 2), "}]".repeat(levels / 2))
    }

    #[test]
    fn the_deepest_level_that_is_allowed_passes_and_the_next_does_not() {
        assert!(!is_too_deep(&nested(MAX_DEPTH)));
        assert!(is_too_deep(&format!("[{}]", nested(MAX_DEPTH))));
    }

    #[test]
    fn brackets_beside_each_other_and_in_strings_are_no_depth() {
        assert!(!is_too_deep(&format!("[{}]", "[],".repeat(2 * MAX_DEPTH))));
        assert!(!is_too_deep(&format!(r#"["\"{}"]"#, "[".repeat(3 * MAX_DEPTH))));
    }
}
