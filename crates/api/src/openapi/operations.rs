use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{HttpMethod, Operation, PathItem};

/// Visits every operation with its path and its method.
pub(super) fn each_operation(
    document: &mut OpenApi,
    mut visit: impl FnMut(&str, &HttpMethod, &mut Operation),
) {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            visit(path, &method, operation);
        }
    }
}

/// The operations of one path.
pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    let all = [
        (HttpMethod::Get, &mut item.get),
        (HttpMethod::Post, &mut item.post),
        (HttpMethod::Put, &mut item.put),
        (HttpMethod::Patch, &mut item.patch),
        (HttpMethod::Delete, &mut item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}
