use std::fmt;

/// A color in the form `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color(u32);

/// A text that is no color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a color like #1e90ff")]
pub struct InvalidColor;

impl Color {
    /// Reads six hexadecimal digits after `#`, in either case.
    pub fn parse(text: &str) -> Result<Self, InvalidColor> {
        let digits = text
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).map(Self).ok_or(InvalidColor)
    }

    /// The color as a number, the red part first: 0 to 2^24 - 1.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0.cast_signed()
    }

    /// The color with this number.
    #[must_use]
    pub const fn from_number(number: i32) -> Self {
        Self(number.cast_unsigned() & 0x00ff_ffff)
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:06x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_read_in_any_case_and_written_in_lower_case() {
        for (text, written) in [("#1E90fF", "#1e90ff"), ("#000000", "#000000"), ("#FFFFFF", "#ffffff")] {
            let color = Color::parse(text).unwrap();
            assert_eq!(color.to_string(), written);
            assert_eq!(Color::from_number(color.number()), color);
        }
    }

    #[test]
    fn other_texts_are_no_colors() {
        let texts = [
            "",
            "#",
            "1e90ff",
            "#1e90f",
            "#1e90ff0",
            "#1e9",
            "#1e90fg",
            " #1e90ff",
            "#1e90ff ",
            "#+1e90f",
            "#-1e90f",
            "#1e 0ff",
            "##e90ff",
            "red",
            "rgb(1,2,3)",
            "#１e90ff",
            "#1é0ff",
            "0x1e90ff",
            "#1e90ff\n",
            "#1_90ff",
        ];
        for text in texts {
            assert_eq!(Color::parse(text), Err(InvalidColor), "{text}");
        }
    }
}
