//! The person's hand on the lane panel of a running agent.

use std::time::{Duration, Instant};

use futures::StreamExt as _;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A panel with somebody signed in. What it shows is read as it comes.
pub struct Panel {
    http: Client,
    base: String,
    cookie: String,
    now: watch::Receiver<Value>,
    reading: JoinHandle<()>,
}

impl Drop for Panel {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

impl Panel {
    /// Waits for the panel of a starting agent and signs in.
    pub async fn sign_in(http: &Client, port: u16, pin: &str) -> Result<Self, String> {
        let base = format!("https://localhost:{port}");
        let end = Instant::now() + Duration::from_secs(40);
        let body = json!({ "name": "lan", "pin": pin });
        let answer = loop {
            match http.post(format!("{base}/api/sign-in")).json(&body).send().await {
                Ok(answer) => break answer,
                Err(error) if Instant::now() > end => return Err(format!("the panel did not come up: {error}")),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        };
        if !answer.status().is_success() {
            return Err(format!("sign-in: {}", answer.status()));
        }
        let cookie = answer.headers()["set-cookie"].to_str().unwrap_or_default();
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let (tell, now) = watch::channel(Value::Null);
        let live = http.get(format!("{base}/api/live"));
        let reading = tokio::spawn(async move {
            let Ok(answer) = live.send().await else { return };
            let (mut stream, mut text) = (answer.bytes_stream(), String::new());
            while let Some(Ok(bytes)) = stream.next().await {
                text.push_str(&String::from_utf8_lossy(&bytes));
                while let Some((event, rest)) = text.split_once("\n\n") {
                    let data = event.lines().find_map(|l| l.strip_prefix("data:"));
                    let value = data.and_then(|d| serde_json::from_str::<Value>(d).ok());
                    if let Some(lane) = value.as_ref().and_then(|v| v["lanes"].get(0)) {
                        tell.send_replace(lane["status"].clone());
                    }
                    text = rest.to_owned();
                }
            }
        });
        Ok(Self { http: http.clone(), base, cookie, now, reading })
    }

    /// Lane and barrier as the panel shows them; empty before it does.
    pub fn shows(&self) -> (String, String) {
        let now = self.now.borrow();
        let text = |name: &str| now[name].as_str().unwrap_or_default().to_owned();
        (text("state"), text("barrier"))
    }

    /// Whether a fault of this code stands there.
    pub fn tells_of(&self, fault: &str) -> bool {
        self.now.borrow()["faults"].as_array().is_some_and(|all| all.iter().any(|f| f == fault))
    }

    /// An act; whether it was taken.
    pub fn act(&self, act: &str) -> impl Future<Output = bool> + Send + 'static {
        let body = json!({ "act": act, "reason": "looked" });
        let request = self.http.post(format!("{}/api/lanes/in-1/act", self.base)).header("Cookie", &self.cookie);
        let sent = request.timeout(Duration::from_secs(5)).json(&body).send();
        async move { sent.await.is_ok_and(|answer| answer.status().is_success()) }
    }

    /// STOP, which needs no sign-in.
    pub async fn stop(&self) {
        let stop = self.http.post(format!("{}/api/lanes/in-1/stop", self.base));
        let _ = stop.timeout(Duration::from_secs(5)).send().await;
    }
}
