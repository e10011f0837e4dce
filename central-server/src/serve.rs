//! `central-server serve`: starts every part in order, and ends them in order.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::broker::{self, Connection, Managed};
use crate::clock::Clock;
use crate::config::{BrokerKind, Config};
use crate::edge::{Commander, Keys, Live, Rosters};
use crate::evidence::Evidence;
use crate::officer::Recent;
use crate::store::Store;
use crate::{audit, decision, declaration, edge, http, ingest, recognition};

/// Open requests get so long after the signal to end; streams end at once.
const ENDS_WITHIN: Duration = Duration::from_secs(5);

/// Runs until `stop` is cancelled.
///
/// # Errors
/// What keeps it from starting: the database, the keys, a port in use, a missing broker.
pub async fn serve(config: Config, stop: CancellationToken) -> anyhow::Result<()> {
    let config = Arc::new(config);
    let clock = Clock::system();
    let keys = Arc::new(Keys::load(&config.data)?);
    let store = Store::open(&config.place()).await?;
    store.migrate().await?;
    let evidence = Evidence::open(&config.evidence_folder(), &config.evidence, store.clone())?;
    // The ports first: when one is taken, nothing else has been started.
    let https = bind(config.listen, "listen")?;
    let plain = config.plain_listen.map(|at| bind(at, "plain_listen")).transpose()?;

    let rosters = Rosters::new(store.clone(), clock.clone());
    let broker_stop = CancellationToken::new();
    let managed = match config.broker.kind {
        BrokerKind::Managed => Some(Managed::start(&config, &*rosters.now().await, broker_stop.clone()).await?),
        BrokerKind::Outside => None,
    };
    let Connection { post, inbound, poll } = broker::connect(&config, &keys)?;
    let live = Live::default();
    let commander =
        Commander::new(config.site.clone(), store.clone(), keys.clone(), live.clone(), post.clone(), clock.clone());
    let app = App {
        config: config.clone(),
        lists: declaration::Lists::new(store.clone()),
        store,
        clock,
        keys,
        live,
        commander,
        evidence,
        recent: Recent::default(),
        rosters,
        post,
        stop: stop.clone(),
    };

    let tasks = TaskTracker::new();
    tasks.spawn(poll.run(stop.clone()));
    tasks.spawn(ingest::events(app.clone(), inbound.events));
    tasks.spawn(decision::urgent(app.clone(), inbound.urgent));
    tasks.spawn(edge::snapshot::publish(app.clone()));
    tasks.spawn(audit::sequence(app.clone()));
    tasks.spawn(recognition::watch(app.clone()));
    if let Some(managed) = &managed {
        tasks.spawn(follow_roster(app.clone(), managed.reloader()));
    }
    tasks.close();
    listen(app, https, plain).await?;
    stop.cancel();
    if tokio::time::timeout(ENDS_WITHIN, tasks.wait()).await.is_err() {
        tracing::warn!("a part did not end within {ENDS_WITHIN:?}");
    }
    broker_stop.cancel();
    if let Some(managed) = managed {
        managed.ended().await;
    }
    Ok(())
}

fn bind(at: SocketAddr, key: &str) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(at).with_context(|| {
        format!("{key} = {at}: cannot listen there; is another central running, or the port taken?")
    })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Serves HTTP until the app's stop, then lets open requests end.
async fn listen(app: App, https: TcpListener, plain: Option<TcpListener>) -> anyhow::Result<()> {
    let tls = RustlsConfig::from_config(Arc::new(tls(&app.keys)?));
    let router = http::router(app.clone(), recorder()?);
    let handle = Handle::new();
    let closer = (handle.clone(), app.stop.clone());
    tokio::spawn(async move {
        closer.1.cancelled().await;
        closer.0.graceful_shutdown(Some(ENDS_WITHIN));
    });
    tracing::info!(https = %https.local_addr()?, store = app.store.engine_name(), "central serves");
    let service = router.clone().into_make_service_with_connect_info::<SocketAddr>();
    let secure = axum_server::from_tcp_rustls(https, tls)?.handle(handle.clone()).serve(service);
    match plain {
        None => secure.await?,
        Some(plain) => {
            let (a, b) = tokio::join!(secure, serve_plain(router, plain, handle));
            a?;
            b?;
        }
    }
    Ok(())
}

async fn serve_plain(router: Router, at: TcpListener, handle: Handle<SocketAddr>) -> anyhow::Result<()> {
    tracing::info!(http = %at.local_addr()?, "plain HTTP for this machine alone");
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum_server::from_tcp(at)?.handle(handle).serve(service).await?)
}

fn tls(keys: &Keys) -> anyhow::Result<rustls::ServerConfig> {
    let read = |path: &std::path::Path| std::fs::read(path).with_context(|| path.display().to_string());
    let chain = rustls_pemfile::certs(&mut read(&keys.files.tls)?.as_slice()).collect::<Result<Vec<_>, _>>()?;
    let key = rustls_pemfile::private_key(&mut read(&keys.files.tls_key)?.as_slice())?
        .with_context(|| format!("{}: no private key in it", keys.files.tls_key.display()))?;
    let mut config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// One recorder per process; a second server in it (tests) gets a handle of its own.
fn recorder() -> anyhow::Result<PrometheusHandle> {
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(
            Matcher::Suffix("_seconds".to_owned()),
            &[0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5],
        )?
        .build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::debug!("a metrics recorder is installed already");
    }
    Ok(handle)
}

/// Rewrites the broker's ACL when edges are enrolled or disabled, by whichever process.
async fn follow_roster(app: App, reload: broker::Reload) {
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = app.rosters.changed() => {}
            () = tokio::time::sleep(Duration::from_secs(2)) => {}
        }
        let roster = app.rosters.now().await;
        match broker::write_acl(&app.config.data, &app.config.site, &roster) {
            Ok(true) => {
                tracing::info!(edges = roster.edges().len(), "the broker's ACL changed");
                reload.ask();
            }
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "the broker's ACL cannot be written"),
        }
    }
}
