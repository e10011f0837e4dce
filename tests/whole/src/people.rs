//! The officer at the console, the person at the lane panel, the agency: each as their page or program
//! speaks to the servers.

use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

/// A password that nobody else has.
pub const PASSWORD: &str = "mot con ngua dau ca tau bo co 1965";

async fn good(request: RequestBuilder) -> Value {
    let (status, body) = said(request).await;
    assert!(status.is_success(), "{status}: {body}");
    body
}

async fn said(request: RequestBuilder) -> (StatusCode, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

fn cookie(answer: &Response) -> String {
    let set = answer.headers().get("set-cookie").and_then(|v| v.to_str().ok()).unwrap_or_default();
    set.split(';').next().unwrap_or_default().to_owned()
}

/// An officer, signed in.
#[derive(Clone)]
pub struct Officer {
    http: Client,
    central: String,
    cookie: String,
}

impl Officer {
    pub async fn first_sign_in(http: Client, central: &str, name: &str, invite: &str) -> Self {
        let body = json!({ "name": name, "invite": invite, "password": PASSWORD });
        let url = format!("{central}/console/api/first-sign-in");
        let answer = http.post(url).header("Gate-Console", "1").json(&body).send().await.unwrap();
        let (status, cookie) = (answer.status(), cookie(&answer));
        assert!(status.is_success() && !cookie.is_empty(), "{name}: {status} {}", answer.text().await.unwrap());
        Self { http, central: central.to_owned(), cookie }
    }

    pub async fn sign_in(http: Client, central: &str, name: &str) -> Self {
        let body = json!({ "name": name, "password": PASSWORD });
        let url = format!("{central}/console/api/sign-in");
        let answer = http.post(url).header("Gate-Console", "1").json(&body).send().await.unwrap();
        let (status, cookie) = (answer.status(), cookie(&answer));
        assert!(status.is_success() && !cookie.is_empty(), "{name}: {status} {}", answer.text().await.unwrap());
        Self { http, central: central.to_owned(), cookie }
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}/console/api/{path}", self.central)).header("Cookie", &self.cookie)
    }

    fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        let url = format!("{}/console/api/{path}", self.central);
        self.http.post(url).header("Cookie", &self.cookie).header("Gate-Console", "1").json(body)
    }

    /// A lane as the console shows it.
    pub async fn lane(&self, name: &str) -> Value {
        let all = good(self.get("lanes")).await;
        all["lanes"].as_array().unwrap().iter().find(|l| l["lane"] == name).cloned().unwrap_or(Value::Null)
    }

    pub async fn passage(&self, id: &str) -> Value {
        good(self.get(&format!("passages/{id}"))).await
    }

    /// All passages that the centre keeps.
    pub async fn passages(&self) -> Vec<Value> {
        let mut all = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = good(self.get(&format!("passages?limit=50{cursor}"))).await;
            all.extend(page["passages"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    }

    /// `open`, `refuse`, `hold`, `stop` or `mode`.
    pub async fn act(&self, lane: &str, act: &str, body: Value) -> (StatusCode, Value) {
        said(self.post(&format!("lanes/{lane}/{act}"), &body)).await
    }

    /// What the plate really says.
    pub async fn correct(&self, passage: &str, plate: &str) -> Value {
        good(self.post(&format!("passages/{passage}/plate"), &json!({ "plate": plate, "reason": "đọc bằng mắt" })))
            .await
    }

    pub async fn picture(&self, sha256: &str) -> (StatusCode, Vec<u8>) {
        let answer = self.get(&format!("evidence/{sha256}")).send().await.unwrap();
        (answer.status(), answer.bytes().await.unwrap().to_vec())
    }
}

/// Somebody at the lane panel.
#[derive(Clone)]
pub struct Panel {
    http: Client,
    address: String,
    cookie: String,
}

impl Panel {
    pub fn new(http: Client, address: String) -> Self {
        Self { http, address, cookie: String::new() }
    }

    pub async fn sign_in(&mut self, name: &str, pin: &str) {
        let url = format!("{}/api/sign-in", self.address);
        let answer = self.http.post(url).json(&json!({ "name": name, "pin": pin })).send().await.unwrap();
        let status = answer.status();
        self.cookie = cookie(&answer);
        assert!(status.is_success(), "{status} {}", answer.text().await.unwrap());
    }

    /// An act with its reason; STOP needs no sign-in.
    pub async fn act(&self, lane: &str, act: &str, reason: &str) -> (StatusCode, Value) {
        let url = format!("{}/api/lanes/{lane}/act", self.address);
        let body = json!({ "act": act, "reason": reason });
        said(self.http.post(url).header("Cookie", &self.cookie).json(&body)).await
    }

    pub async fn stop(&self, lane: &str) -> StatusCode {
        said(self.http.post(format!("{}/api/lanes/{lane}/stop", self.address))).await.0
    }

    pub async fn page(&self) -> String {
        self.http.get(&self.address).send().await.unwrap().text().await.unwrap()
    }
}

/// Another authority.
#[derive(Clone)]
pub struct Agency {
    http: Client,
    central: String,
    key: String,
}

impl Agency {
    pub fn new(http: Client, central: String, key: String) -> Self {
        Self { http, central, key }
    }

    pub async fn ask(&self, path: &str) -> Value {
        let url = format!("{}/api/v1/{path}", self.central);
        let asked = self.http.get(url).bearer_auth(&self.key).header("Gate-Purpose", "inspection");
        good(asked.header("Gate-Case", "HQ-1")).await
    }

    /// The same without saying why.
    pub async fn ask_without_purpose(&self, path: &str) -> StatusCode {
        said(self.http.get(format!("{}/api/v1/{path}", self.central)).bearer_auth(&self.key)).await.0
    }
}
