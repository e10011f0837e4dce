//! The panel's HTTPS: the edge's own certificate, or one that the agent makes for itself when that cannot be
//! used, so that the panel is there whatever happened to the enrolment.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use rustls::ServerConfig;
use rustls_pemfile::{certs, private_key};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::identity::{Identity, write_private};

/// Open pages get so long to finish at the end.
const FAREWELL: Duration = Duration::from_secs(1);

/// What keeps the panel from being served.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The port cannot be had.
    #[error("the panel cannot listen on {address}: {source}; change `panel.listen`, or end what uses the port")]
    Port {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// No certificate can be used or made.
    #[error("the panel has no certificate: {0}")]
    Certificate(String),
    /// The server ended.
    #[error("the panel ended: {0}")]
    Ended(std::io::Error),
}

/// Takes the port, before anything else starts.
///
/// # Errors
/// [`ServeError::Port`].
pub fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    let fail = |source| ServeError::Port { address, source };
    let listener = TcpListener::bind(address).map_err(fail)?;
    listener.set_nonblocking(true).map_err(fail)?;
    Ok(listener)
}

/// TLS 1.3 with the edge's certificate; with a self-made one (`<data>/panel-*.pem`) when there is none or it
/// cannot be used.
///
/// # Errors
/// [`ServeError::Certificate`].
pub fn tls(identity: Option<&Identity>, data: &Path) -> Result<Arc<ServerConfig>, ServeError> {
    if let Some(identity) = identity {
        match config(&identity.certificate_pem, &identity.tls_key_pem) {
            Ok(config) => return Ok(config),
            Err(error) => {
                tracing::warn!(error, "the enrolled certificate cannot be used for the panel: it makes its own")
            }
        }
    }
    let (certificate, key) = self_made(data).map_err(ServeError::Certificate)?;
    config(&certificate, &key).map_err(ServeError::Certificate)
}

fn config(certificate_pem: &str, key_pem: &str) -> Result<Arc<ServerConfig>, String> {
    let chain = certs(&mut certificate_pem.as_bytes()).collect::<Result<Vec<_>, _>>().map_err(|e| e.to_string())?;
    let key = private_key(&mut key_pem.as_bytes()).map_err(|e| e.to_string())?.ok_or("no private key in the file")?;
    let mut config = ServerConfig::builder_with_protocol_versions(&[&rustls::version::TLS13])
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|e| e.to_string())?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Reads the self-made certificate and key, or makes them.
fn self_made(data: &Path) -> Result<(String, String), String> {
    let paths: [PathBuf; 2] = [data.join("panel-certificate.pem"), data.join("panel-key.pem")];
    if let (Ok(certificate), Ok(key)) = (std::fs::read_to_string(&paths[0]), std::fs::read_to_string(&paths[1])) {
        return Ok((certificate, key));
    }
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).map_err(|e| e.to_string())?;
    let texts = [made.cert.pem(), made.signing_key.serialize_pem()];
    for (path, text) in paths.iter().zip(&texts) {
        write_private(path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    let [certificate, key] = texts;
    Ok((certificate, key))
}

/// Serves until stopped.
///
/// # Errors
/// [`ServeError::Ended`].
pub async fn serve(
    listener: TcpListener,
    tls: Arc<ServerConfig>,
    router: Router,
    stop: CancellationToken,
) -> Result<(), ServeError> {
    let handle = Handle::new();
    let ending = handle.clone();
    tokio::spawn(async move {
        stop.cancelled().await;
        ending.graceful_shutdown(Some(FAREWELL));
    });
    let server = axum_server::from_tcp_rustls(listener, RustlsConfig::from_config(tls)).map_err(ServeError::Ended)?;
    server.handle(handle).serve(router.into_make_service()).await.map_err(ServeError::Ended)
}
