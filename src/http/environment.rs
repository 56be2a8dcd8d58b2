//! What the environment says about the way to an API.

use std::ffi::OsString;

/// Looks up a variable: in the process's own environment, or in a test's.
pub(super) type Variables<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// Returns the first of these variables that is set to something, with its name.
pub(super) fn first_set(
    variables: Variables<'_>,
    names: &[&'static str],
) -> Option<(&'static str, OsString)> {
    names.iter().find_map(|name| {
        let value = variables(name).filter(|value| !value.is_empty())?;
        Some((*name, value))
    })
}

#[cfg(test)]
pub(super) mod testing {
    use super::OsString;

    /// An environment that has these variables.
    pub(in crate::http) fn with<'a>(
        variables: &'a [(&'a str, &'a str)],
    ) -> impl Fn(&str) -> Option<OsString> + 'a {
        move |name| {
            let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
            Some(OsString::from(value))
        }
    }
}
