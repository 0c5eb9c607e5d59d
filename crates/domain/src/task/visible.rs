//! Which characters display something.

use icu_properties::props::{
    DefaultIgnorableCodePoint, GeneralCategory, PrependedConcatenationMark, WhiteSpace,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Characters of visible categories with an empty glyph: the blank Braille cell, the Khitan filler, the null note head.
const BLANK: [char; 3] = ['\u{2800}', '\u{16fe4}', '\u{1d159}'];

/// Whether a person can see something of a text. A text of white space, control and format characters, fillers, joiners and
/// variation selectors displays nothing; one visible character suffices. A combining mark without a letter counts:
/// it is displayed on a dotted circle or on its own.
pub(super) fn displays(text: &str) -> bool {
    text.chars().any(|character| character.is_ascii_graphic() || is_visible(character))
}

fn is_visible(character: char) -> bool {
    let is_hidden = match CodePointMapData::<GeneralCategory>::new().get(character) {
        GeneralCategory::Control => true,
        // Such as the Arabic number sign, which has a glyph.
        GeneralCategory::Format => !CodePointSetData::new::<PrependedConcatenationMark>().contains(character),
        _ => {
            CodePointSetData::new::<WhiteSpace>().contains(character)
                || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
                || BLANK.contains(&character)
        }
    };
    !is_hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_display_nothing() {
        for text in [
            " \t\r\n",
            "\u{85}\u{a0}\u{1680}\u{2003}\u{2028}\u{202f}\u{3000}",
            "\u{7f}\u{80}\u{9f}",
            "\u{ad}",
            "\u{34f}",
            "\u{61c}",
            "\u{115f}\u{1160}",
            "\u{17b4}\u{17b5}",
            "\u{180b}\u{180e}\u{180f}",
            "\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}",
            "\u{202a}\u{202e}\u{2066}\u{2069}",
            "\u{2060}\u{2061}\u{2064}\u{2065}\u{206f}",
            "\u{2800}",
            "\u{3164}\u{ffa0}",
            "\u{fe00}\u{fe0f}",
            "\u{feff}",
            "\u{fff9}\u{fffb}",
            "\u{13437}",
            "\u{16fe4}",
            "\u{1bca0}",
            "\u{1d159}\u{1d173}",
            "\u{e0001}\u{e0041}\u{e007f}",
            "\u{e0100}",
            "a\u{200b}".trim_start_matches('a'),
        ] {
            assert!(!displays(text), "{text:?}");
        }
    }

    #[test]
    fn texts_that_display_something() {
        for text in [
            "x",
            "\u{200b}x",
            "👨\u{200d}👩\u{200d}👧",
            "❤\u{fe0f}",
            "1\u{fe0f}\u{20e3}",
            "🏴\u{e0067}\u{e0062}\u{e007f}",
            "🇪",
            "می\u{200c}خواهم",
            "क\u{94d}\u{200d}ष",
            "각",
            "\u{1100}\u{1160}",
            "\u{301}",
            "\u{a0}\u{301}",
            "\u{93f}",
            "\u{600}",
            "\u{6dd}",
            "⠁",
            "\u{fffc}\u{fffd}",
            "\u{e000}",
            "。",
            "\u{378}",
        ] {
            assert!(displays(text), "{text:?}");
        }
    }
}
