//! Content codings of collections (RFC 9110 §8.4). A single task is never compressed: its entity tag is strong.

use std::io::{self, Write};

use actix_web::HttpRequest;
use actix_web::http::header::{AcceptEncoding, ContentEncoding, Encoding, Header, Preference, Quality};
use brotli::CompressorWriter;
use flate2::Compression;
use flate2::write::GzEncoder;

/// The longest body that is not compressed.
const MAX_PLAIN: usize = 1024;

/// As fast as the fastest gzip, and 15 % smaller. Level 2 takes twice the time, and makes a list of 50 only 7 % smaller and
/// longer ones not at all.
const BROTLI_LEVEL: u32 = 1;

/// Log2 of the window. A larger one saves nothing in lists, and its memory must be cleared.
const BROTLI_WINDOW: u32 = 16;

/// The content coding that `Accept-Encoding` prefers. Without the header, with an unreadable one, and if it excludes
/// everything, there is none.
pub(crate) fn accepted(request: &HttpRequest) -> ContentEncoding {
    let Ok(accepted) = AcceptEncoding::parse(request) else { return ContentEncoding::Identity };
    let offered = [Encoding::identity(), Encoding::gzip(), Encoding::brotli()];
    if let Some(Encoding::Known(coding @ (ContentEncoding::Gzip | ContentEncoding::Brotli))) =
        accepted.negotiate(offered.iter())
    {
        return coding;
    }
    // The negotiation looks for names only, but `*` includes the codings that are not named (RFC 9110 §12.5.3).
    let quality = |wanted| accepted.iter().find(|one| one.item == wanted).map(|one| one.quality);
    let named = |coding| quality(Preference::Specific(Encoding::Known(coding)));
    let requires_any = named(ContentEncoding::Identity) == Some(Quality::ZERO)
        && quality(Preference::Any).is_some_and(|quality| quality > Quality::ZERO);
    let unnamed =
        [ContentEncoding::Gzip, ContentEncoding::Brotli].into_iter().find(|one| named(*one).is_none());
    unnamed.filter(|_| requires_any).unwrap_or(ContentEncoding::Identity)
}

/// A body that is compressed while it is written.
pub(crate) struct BodyWriter {
    coding: ContentEncoding,
    /// What is not compressed yet.
    plain: Vec<u8>,
    encoder: Option<Encoder>,
}

enum Encoder {
    Gzip(GzEncoder<Vec<u8>>),
    Brotli(Box<CompressorWriter<Vec<u8>>>),
}

impl BodyWriter {
    /// `bytes` is the expected size of the whole.
    pub(crate) fn new(coding: ContentEncoding, bytes: usize) -> Self {
        let capacity = if coding == ContentEncoding::Identity { bytes } else { 0 };
        Self { coding, plain: Vec::with_capacity(capacity), encoder: None }
    }

    /// The buffer to append to.
    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.plain
    }

    /// Compresses what was appended, if the body is long enough.
    pub(crate) fn compress(&mut self) -> io::Result<()> {
        if self.encoder.is_none() && self.plain.len() > MAX_PLAIN {
            self.encoder = Encoder::new(self.coding);
        }
        let Some(encoder) = &mut self.encoder else { return Ok(()) };
        encoder.write_all(&self.plain)?;
        self.plain.clear();
        Ok(())
    }

    /// The complete body and its coding.
    pub(crate) fn finish(mut self) -> io::Result<(Vec<u8>, ContentEncoding)> {
        self.compress()?;
        match self.encoder {
            Some(encoder) => encoder.finish().map(|body| (body, self.coding)),
            None => Ok((self.plain, ContentEncoding::Identity)),
        }
    }
}

impl Encoder {
    fn new(coding: ContentEncoding) -> Option<Self> {
        match coding {
            ContentEncoding::Gzip => Some(Self::Gzip(GzEncoder::new(Vec::new(), Compression::fast()))),
            ContentEncoding::Brotli => {
                let writer = CompressorWriter::new(Vec::new(), 4096, BROTLI_LEVEL, BROTLI_WINDOW);
                Some(Self::Brotli(Box::new(writer)))
            }
            _ => None,
        }
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Gzip(encoder) => encoder.write_all(bytes),
            Self::Brotli(encoder) => encoder.write_all(bytes),
        }
    }

    fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Gzip(encoder) => encoder.finish(),
            Self::Brotli(encoder) => Ok(encoder.into_inner()),
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::ACCEPT_ENCODING;
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn codings_follow_accept_encoding() {
        use ContentEncoding::{Brotli, Gzip, Identity};
        let cases = [
            ("gzip", Gzip),
            ("br", Brotli),
            ("GZIP", Gzip),
            ("gzip, deflate, br, zstd", Brotli),
            ("gzip, deflate", Gzip),
            ("deflate, zstd", Identity),
            ("gzip;q=0.8, br;q=0.2", Gzip),
            ("gzip;q=0", Identity),
            ("br;q=0, gzip", Gzip),
            ("identity", Identity),
            ("gzip;q=0.5, identity", Identity),
            ("identity;q=0.5, gzip", Gzip),
            ("*", Identity),
            ("identity;q=0, *", Gzip),
            ("*, identity;q=0, gzip;q=0", Brotli),
            ("identity;q=0, *;q=0", Identity),
            ("gzip, identity;q=0", Gzip),
            ("identity;q=0", Identity),
            ("*;q=0", Identity),
            ("gzip, *;q=0", Gzip),
            ("", Identity),
            ("gzip;q=x", Identity),
            ("\"", Identity),
        ];
        for (header, coding) in cases {
            let request = TestRequest::default().insert_header((ACCEPT_ENCODING, header)).to_http_request();
            assert_eq!(accepted(&request), coding, "{header}");
        }
        assert_eq!(accepted(&TestRequest::default().to_http_request()), Identity);
    }

    #[test]
    fn bodies_above_a_kilobyte_are_compressed() {
        let written = |coding, length: usize| {
            let mut body = BodyWriter::new(coding, length);
            body.buffer().resize(length - 1, b'x');
            body.compress().unwrap();
            body.buffer().push(b'x');
            body.finish().unwrap()
        };
        for coding in [ContentEncoding::Gzip, ContentEncoding::Brotli] {
            assert_eq!(written(coding, 1024), (vec![b'x'; 1024], ContentEncoding::Identity));
            for length in [1025, 1026, 1_000_000] {
                let (body, actual) = written(coding, length);
                assert!(actual == coding && body.len() < length / 4, "{coding:?} {length}");
            }
        }
        assert_eq!(written(ContentEncoding::Identity, 1025).0.len(), 1025);
    }
}
