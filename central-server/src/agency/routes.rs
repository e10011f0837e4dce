//! The questions and their answers.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::answer::{self, Crossing, Crossings, Passage, Passages, time};
use super::caller::Caller;
use super::filter::{self, Filters};
use super::find::{self, CrossingRow};
use super::openapi;
use super::refusal::Refusal;
use super::{Counter, answer::passage as one_passage};

/// Passages, newest first.
#[utoipa::path(get, path = "/api/v1/passages", tag = "passages", params(openapi::Filters, openapi::Said),
    responses((status = 200, description = "A page of passages, newest first", body = Passages), openapi::Refusals),
    security(("key" = [])))]
pub(super) async fn passages(State(counter): State<Counter>, caller: Caller, uri: Uri) -> Response {
    let (asked, filters) = filter::read(&uri);
    let found = match filters {
        Ok(filters) => page_of_passages(&counter, &filters).await,
        Err(refusal) => Err(refusal),
    };
    let results = found.as_ref().map_or(0, |page| page.passages.len());
    caller.let_out(&counter, &asked, results, found.map(told)).await
}

async fn page_of_passages(counter: &Counter, filters: &Filters) -> Result<Passages, Refusal> {
    let page = find::passages(&counter.app.store, filters).await?;
    let mut passages = Vec::with_capacity(page.found.len());
    for (id, crossing) in page.found {
        passages.extend(one_passage(&counter.app, id, crossing).await?);
    }
    Ok(Passages { passages, next: page.next.map(filter::Place::to_cursor) })
}

/// One passage.
#[utoipa::path(get, path = "/api/v1/passages/{id}", tag = "passages",
    params(("id" = String, Path, description = "The passage's UUID"), openapi::Said),
    responses((status = 200, description = "The passage with its record", body = Passage), openapi::Refusals),
    security(("key" = [])))]
pub(super) async fn passage(State(counter): State<Counter>, caller: Caller, Path(id): Path<String>) -> Response {
    let found = find_passage(&counter, &id).await;
    let results = usize::from(found.is_ok());
    caller.let_out(&counter, &json!({}), results, found.map(told)).await
}

async fn find_passage(counter: &Counter, id: &str) -> Result<Passage, Refusal> {
    let not_found = || Refusal::NotFound { what: "passage", name: id.chars().take(64).collect() };
    let uuid = Uuid::parse_str(id).map_err(|_| not_found())?;
    let crossing = find::crossing_of(&counter.app.store, uuid).await?;
    one_passage(&counter.app, uuid, crossing).await?.ok_or_else(not_found)
}

/// Crossings, newest first.
#[utoipa::path(get, path = "/api/v1/crossings", tag = "crossings", params(openapi::Filters, openapi::Said),
    responses((status = 200, description = "A page of crossings, newest first", body = Crossings), openapi::Refusals),
    security(("key" = [])))]
pub(super) async fn crossings(State(counter): State<Counter>, caller: Caller, uri: Uri) -> Response {
    let (asked, filters) = filter::read(&uri);
    let found = match filters {
        Ok(filters) => page_of_crossings(&counter, &filters).await,
        Err(refusal) => Err(refusal),
    };
    let results = found.as_ref().map_or(0, |page| page.crossings.len());
    caller.let_out(&counter, &asked, results, found.map(told)).await
}

async fn page_of_crossings(counter: &Counter, filters: &Filters) -> Result<Crossings, Refusal> {
    let page = find::crossings(&counter.app.store, filters).await?;
    let mut crossings = Vec::with_capacity(page.found.len());
    for row in page.found {
        crossings.push(crossing(counter, row).await?);
    }
    Ok(Crossings { crossings, next: page.next.map(filter::Place::to_cursor) })
}

async fn crossing(counter: &Counter, row: CrossingRow) -> Result<Crossing, Refusal> {
    let mut passages = Vec::new();
    for id in find::passages_of(&counter.app.store, row.id).await? {
        passages.extend(answer::passage(&counter.app, id, Some(row.id)).await?);
    }
    let (country, core) = row.identity.split_once(':').unwrap_or(("xx", row.identity.as_str()));
    Ok(Crossing {
        id: row.id.to_string(),
        country: country.to_owned(),
        plate_core: core.to_owned(),
        direction: row.direction,
        declaration: row.declaration,
        state: row.state,
        began_at: time(row.began_at),
        last_at: time(row.last_at),
        ended_at: row.ended_at.map(time),
        passages,
    })
}

/// The description of this interface. Needs no key.
pub(super) async fn openapi() -> Json<utoipa::openapi::OpenApi> {
    Json(openapi::description())
}

fn told<T: Serialize>(answer: T) -> Response {
    Json(answer).into_response()
}
