//! Somebody at a browser.

use std::time::Duration;

use futures::StreamExt as _;
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};

use crate::house::House;

pub const PASSWORD: &str = "năm làn xe ở cửa khẩu";

#[derive(Clone)]
pub struct Person {
    client: reqwest::Client,
    base: String,
    pub cookie: String,
}

/// An SSE event.
#[derive(Debug)]
pub struct Heard {
    pub event: String,
    pub id: Option<String>,
    pub data: Value,
}

impl Person {
    /// Nobody yet.
    pub fn stranger(house: &House) -> Self {
        Self { client: house.client(), base: house.url(""), cookie: String::new() }
    }

    /// A new account, signed in for the first time.
    pub async fn new(house: &House, name: &str, role: &str) -> Self {
        let invite = house.cli(&["user", "add", name, "--role", role, "--full-name", "Nguyễn Thị Lan"]);
        let mut person = Self::stranger(house);
        let body = json!({"name": name, "invite": invite, "password": PASSWORD});
        let (status, said) = person.sign_in("/console/api/first-sign-in", body).await;
        assert_eq!((status, &said["role"]), (200, &json!(role)), "{said}");
        person
    }

    /// Signs in and keeps the cookie.
    pub async fn sign_in(&mut self, path: &str, body: Value) -> (u16, Value) {
        let answer = self.request("POST", path).header("gate-console", "1").json(&body).send().await.unwrap();
        if let Some(cookie) = answer.headers().get(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            for part in ["__Host-gate=", "Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
                assert!(cookie.contains(part), "{part} in {cookie}");
            }
            self.cookie = cookie.split(';').next().unwrap().to_owned();
        }
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method.parse().unwrap(), format!("{}{path}", self.base));
        if self.cookie.is_empty() { request } else { request.header(COOKIE, &self.cookie) }
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.request("GET", path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        answer(self.request("POST", path).header("gate-console", "1").json(&body)).await
    }

    /// Follows the live stream until something fits; all that was heard.
    pub async fn follow(&self, from: &[(&str, &str)], fits: impl Fn(&Heard) -> bool) -> Vec<Heard> {
        let mut request = self.request("GET", "/console/api/live");
        for (name, value) in from {
            request = request.header(*name, *value);
        }
        self.read(request, fits).await
    }

    pub async fn follow_after(&self, event_id: &str, fits: impl Fn(&Heard) -> bool) -> Vec<Heard> {
        self.read(self.request("GET", &format!("/console/api/live?after={event_id}")), fits).await
    }

    async fn read(&self, request: reqwest::RequestBuilder, fits: impl Fn(&Heard) -> bool) -> Vec<Heard> {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200);
        let mut heard = Vec::new();
        let reading = async {
            let mut bytes = answer.bytes_stream();
            let mut text = Vec::new();
            while let Some(Ok(some)) = bytes.next().await {
                text.extend_from_slice(&some);
                while let Some(end) = text.windows(2).position(|w| w == b"\n\n") {
                    let block: Vec<u8> = text.drain(..end + 2).collect();
                    heard.push(parse(&String::from_utf8(block).unwrap()));
                    if fits(heard.last().unwrap()) {
                        return;
                    }
                }
            }
            panic!("the stream ended: {heard:?}");
        };
        if tokio::time::timeout(Duration::from_secs(12), reading).await.is_err() {
            panic!("not heard: {heard:?}");
        }
        heard
    }
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

fn parse(block: &str) -> Heard {
    let field = |name: &str| {
        let prefix = format!("{name}:");
        block.lines().find_map(|line| line.strip_prefix(&prefix)).map(|value| value.trim_start().to_owned())
    };
    Heard {
        event: field("event").unwrap_or_default(),
        id: field("id"),
        data: field("data").and_then(|d| serde_json::from_str(&d).ok()).unwrap_or(Value::Null),
    }
}
