//! How a search compares texts.

use std::borrow::Cow;

use icu_casemap::CaseMapperBorrowed;
use icu_normalizer::ComposingNormalizerBorrowed;

use super::text::{SEARCH_SEPARATOR, fold};

const NFKC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfkc();
const CASE: CaseMapperBorrowed<'static> = CaseMapperBorrowed::new();

/// A rule by which searches compare texts. A stored search text is compared by the rule that made it, until a background
/// job rewrites it by the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchRule {
    /// The rule of version 0.1.0: [`fold`], without normalization.
    Case,
    /// NFKC, full case folding, NFKC: composed and decomposed letters, widths, ligatures and case are the same, accents
    /// are not (Unicode 17, UAX #15 and section 3.13).
    Compatibility,
}

impl SearchRule {
    /// The rule of new search texts.
    pub const CURRENT: Self = Self::Compatibility;

    /// The number that is stored with a text. A change of the result for any text needs a new number, also a change that
    /// comes with new Unicode data.
    #[must_use]
    pub const fn version(self) -> i16 {
        match self {
            Self::Case => 1,
            Self::Compatibility => 2,
        }
    }

    /// The form of a text that is compared. It is empty for the empty text only.
    #[must_use]
    pub fn fold(self, text: &str) -> String {
        if self == Self::Case || text.is_ascii() {
            return fold(text);
        }
        let folded = match CASE.fold_string(&NFKC.normalize(text)) {
            Cow::Borrowed(text) => text.to_owned(),
            Cow::Owned(text) => text,
        };
        if NFKC.is_normalized(&folded) { folded } else { NFKC.normalize(&folded).into_owned() }
    }

    /// The text that a search matches against: the folded title and the folded description, separated so that no match spans
    /// both.
    #[must_use]
    pub fn document(self, title: &str, description: Option<&str>) -> String {
        let mut text = self.fold(title);
        text.push(SEARCH_SEPARATOR);
        text.push_str(&self.fold(description.unwrap_or_default()));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        SearchRule::CURRENT.fold(text)
    }

    /// Every character as a text. Planes 4 to 13 have none, the last two private ones only.
    fn each_character() -> impl Iterator<Item = String> {
        ('\0'..='\u{3ffff}').chain('\u{e0000}'..='\u{e0fff}').map(String::from)
    }

    #[test]
    fn texts_that_are_the_same() {
        let same = [
            ("Zoë", "ZOE\u{308}"),
            ("ÅNGSTRÖM", "\u{212b}ngstro\u{308}m"),
            ("ﬃ ﬁ", "FFI fi"),
            ("Ｔｏｋｙｏ　２０２６", "tokyo 2026"),
            ("ﾃﾞｰﾀ", "データ"),
            ("Straße", "STRASSE"),
            ("GROẞ", "groß"),
            ("ΟΔΟΣ", "οδος"),
            ("οδος", "οδοσ"),
            ("ᾳ", "ΑΙ"),
            ("한글", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"),
            ("İzmir", "i\u{307}zmir"),
            ("INFO", "info"),
            ("Ꮳ", "ꮳ"),
            ("ſ", "S"),
            ("x²", "X2"),
            ("½", "1\u{2044}2"),
            ("№ ™", "no tm"),
            ("a\u{a0}b", "A B"),
            ("wait…", "WAIT..."),
            ("Ǆ", "ǆ"),
            ("q\u{307}\u{323}", "Q\u{323}\u{307}"),
            ("𝓕𝓪𝓷𝓬𝔂", "fancy"),
        ];
        for (one, other) in same {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
    }

    #[test]
    fn texts_that_differ() {
        let different = [
            ("resume", "résumé"),
            ("o", "ø"),
            ("o", "ö"),
            ("kapı", "kapi"),
            ("KAPI", "kapı"),
            ("İ", "i"),
            ("AE", "æ"),
            ("は", "ば"),
            ("は", "ハ"),
            ("가", "각"),
            ("الكتاب", "الكِتاب"),
            ("a b", "a\tb"),
            ("ab", "a\u{200d}b"),
            ("ab", "a\u{ad}b"),
            ("'", "’"),
            ("-", "–"),
        ];
        for (one, other) in different {
            assert_ne!(folded(one), folded(other), "{one} {other}");
        }
    }

    #[test]
    fn folded_texts_are_stable_and_never_empty() {
        for text in each_character() {
            let once = folded(&text);
            assert!(!once.is_empty(), "{text:?}");
            assert_eq!(once.contains(SEARCH_SEPARATOR), text == "\u{1f}", "{text:?}");
            assert_eq!(folded(&once), once, "{text:?}");
        }
    }

    #[test]
    fn ascii_texts_fold_alike_by_each_rule() {
        let ascii: String = (0..128_u8).map(char::from).collect();
        let by_rule = NFKC.normalize(&CASE.fold_string(&NFKC.normalize(&ascii))).into_owned();
        assert_eq!((fold(&ascii), folded(&ascii)), (by_rule.clone(), by_rule));
    }

    /// New Unicode data changes the sum. Then stored texts of this version are not what a search computes: give the rule a new
    /// version, and this test the new sum.
    #[test]
    fn the_rule_of_a_version_does_not_change() {
        let sum = each_character().fold(0xcbf2_9ce4_8422_2325_u64, |sum, text| {
            // FNV-1a, with the length as a separator.
            let folded = folded(&text);
            let bytes = folded.bytes().chain([u8::try_from(folded.len()).unwrap()]);
            bytes.fold(sum, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
        });
        assert_eq!((SearchRule::CURRENT.version(), sum), (2, 4_635_252_372_248_068_263));
    }

    #[test]
    fn no_match_spans_title_and_description() {
        let text = SearchRule::CURRENT.document("Buy", Some("MILK"));
        assert_eq!(text, "buy\u{1f}milk");
        assert_eq!(SearchRule::CURRENT.document("É", None), "é\u{1f}");
    }
}
