//! PayPal's timestamps.

/// Seconds since 1970 of a time as PayPal spells it (`2026-11-24T09:30:00Z`); `None` where it is
/// spelled otherwise.
pub(crate) fn seconds_since_1970(timestamp: &str) -> Option<u64> {
    let (date, time) = timestamp.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time.split('.').next()?, ':')?;
    if !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return None;
    }
    // Years that begin in March have the leap day at their end, and their months a length that is a
    // straight line.
    let (year, month) =
        if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    let days = (365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day)
        .checked_sub(719_469)?;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

fn numbers(text: &str, separator: char) -> Option<[u64; 3]> {
    let numbers: Vec<u64> = text
        .split(separator)
        .map(|part| if part.len() <= 4 { part.parse().ok() } else { None })
        .collect::<Option<_>>()?;
    numbers.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_seconds() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-03-01T00:00:00Z", 5_097_600),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2026-11-24T00:00:00Z", 1_795_478_400),
            ("2026-11-24T00:00:01.123Z", 1_795_478_401),
        ] {
            assert_eq!(seconds_since_1970(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_timestamp() {
        for text in [
            "",
            "now",
            "2026-11-24",
            "2026-11-24T00:00:00",
            "2026-13-24T00:00:00Z",
            "2026-1-T1:1:1Z",
            "0000-01-01T00:00:00Z",
            "99999-01-01T00:00:00Z",
            "2026-11-24T00:00Z",
        ] {
            assert_eq!(seconds_since_1970(text), None, "{text}");
        }
    }
}
