//! What form of an answer a caller takes (RFC 9110 §12.5.1).

use actix_web::HttpRequest;
use actix_web::http::header::{self, Accept, Header, Quality};

/// How much an answer of this media type is wanted; zero when it is refused. A request that does not say, or not so that
/// it can be read, takes everything.
pub(crate) fn quality(request: &HttpRequest, media_type: &str) -> Quality {
    if !request.headers().contains_key(header::ACCEPT) {
        return Quality::MAX;
    }
    let Ok(Accept(ranges)) = Accept::parse(request) else { return Quality::MAX };
    if ranges.is_empty() {
        return Quality::MAX;
    }
    let matching = ranges.iter().filter_map(|range| {
        let specificity = specificity(range.item.essence_str(), media_type)?;
        Some((specificity, range.quality))
    });
    matching.max_by_key(|(specificity, _)| *specificity).map_or(Quality::ZERO, |(_, quality)| quality)
}

/// How closely a range names a type, if it does.
fn specificity(range: &str, media_type: &str) -> Option<u8> {
    if range == "*/*" {
        return Some(0);
    }
    if range == media_type {
        return Some(2);
    }
    let of_range = range.strip_suffix("/*")?;
    media_type.split_once('/').filter(|(kind, _)| *kind == of_range).map(|_| 1)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn wants_html(accept: &str) -> bool {
        let request = TestRequest::default().insert_header((header::ACCEPT, accept)).to_http_request();
        quality(&request, "text/html") > quality(&request, "application/json")
    }

    #[test]
    fn the_closest_range_decides_and_not_the_first_or_the_largest() {
        for accept in [
            "text/html, */*;q=0.8",
            "text/*",
            "*/*, application/json;q=0.1",
            "application/*;q=0.2, text/html;q=0.3",
        ] {
            assert!(wants_html(accept), "{accept}");
        }
        for accept in [
            "*/*",
            "text/html;q=0.4, */*;q=0.5",
            "text/*, text/html;q=0",
            "text/html, application/json",
            ";;;",
            "",
        ] {
            assert!(!wants_html(accept), "{accept}");
        }
    }
}
