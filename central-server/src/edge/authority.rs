//! The site's certificate authority: what makes an edge's connection, central and the broker known to
//! each other. X.509 by `rcgen`; private keys are ECDSA P-256.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SerialNumber,
};
use thiserror::Error;
use time::{Duration, OffsetDateTime};

/// The name of central at the broker. No edge can be called so: names of edges begin with a letter.
pub const CENTRAL_USER: &str = "_central";

const AUTHORITY_DAYS: i64 = 3650;
const CERTIFICATE_DAYS: i64 = 730;

/// A certificate could not be made or read.
#[derive(Debug, Error)]
pub enum AuthorityError {
    /// The edge's request is not one.
    #[error("the certificate request cannot be read: {0}; send a PKCS #10 request in PEM")]
    Request(rcgen::Error),
    /// It is for another edge.
    #[error("the certificate request is for {found:?}, expected {edge:?}; make it with that edge's name")]
    OtherName {
        /// The edge that enrols.
        edge: String,
        /// The common name in the request.
        found: String,
    },
    /// Making or signing failed.
    #[error("certificate: {0}")]
    Making(#[from] rcgen::Error),
}

/// A certificate and its private key, both PEM.
pub struct Made {
    /// The certificate.
    pub certificate_pem: String,
    /// The key.
    pub key_pem: String,
}

fn params(name: &str, alternatives: &[String], days: i64) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(alternatives.to_vec())?;
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, name);
    params.distinguished_name = subject;
    // An hour back: the clocks of edges may be behind.
    params.not_before = OffsetDateTime::now_utc() - Duration::hours(1);
    params.not_after = OffsetDateTime::now_utc() + Duration::days(days);
    params.serial_number = Some(SerialNumber::from_slice(&rand::random::<[u8; 16]>()));
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// A new authority for a site.
///
/// # Errors
/// [`AuthorityError::Making`].
pub fn new_authority(site: &str) -> Result<Made, AuthorityError> {
    let key = KeyPair::generate()?;
    let mut params = params(&format!("Authority of gate {site}"), &[], AUTHORITY_DAYS)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(Made { certificate_pem: params.self_signed(&key)?.pem(), key_pem: key.serialize_pem() })
}

fn issue(
    authority: &str,
    authority_key: &str,
    mut params: CertificateParams,
    use_as: ExtendedKeyUsagePurpose,
) -> Result<Made, AuthorityError> {
    let issuer = Issuer::from_ca_cert_pem(authority, KeyPair::from_pem(authority_key)?)?;
    let key = KeyPair::generate()?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![use_as];
    Ok(Made { certificate_pem: params.signed_by(&key, &issuer)?.pem(), key_pem: key.serialize_pem() })
}

/// Central's server certificate: HTTPS and the managed broker, under all of its names.
///
/// # Errors
/// [`AuthorityError`].
pub fn server_certificate(authority: &str, authority_key: &str, names: &[String]) -> Result<Made, AuthorityError> {
    issue(authority, authority_key, params("central", names, CERTIFICATE_DAYS)?, ExtendedKeyUsagePurpose::ServerAuth)
}

/// Central's certificate as the broker's client.
///
/// # Errors
/// [`AuthorityError`].
pub fn central_client_certificate(authority: &str, authority_key: &str) -> Result<Made, AuthorityError> {
    issue(authority, authority_key, params(CENTRAL_USER, &[], CERTIFICATE_DAYS)?, ExtendedKeyUsagePurpose::ClientAuth)
}

/// Signs an edge's request. Nothing of the request is taken over but its key: the name is the
/// enrolled one, the alternative names those that the administrator gave.
///
/// # Errors
/// [`AuthorityError`].
pub fn edge_certificate(
    authority: &str,
    authority_key: &str,
    edge: &str,
    hosts: &[String],
    request_pem: &str,
) -> Result<String, AuthorityError> {
    let request = CertificateSigningRequestParams::from_pem(request_pem).map_err(AuthorityError::Request)?;
    let found = common_name(&request.params);
    if found != edge {
        return Err(AuthorityError::OtherName { edge: edge.to_owned(), found });
    }
    let mut params = params(edge, hosts, CERTIFICATE_DAYS)?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
    let issuer = Issuer::from_ca_cert_pem(authority, KeyPair::from_pem(authority_key)?)?;
    Ok(params.signed_by(&request.public_key, &issuer)?.pem())
}

fn common_name(params: &CertificateParams) -> String {
    match params.distinguished_name.get(&DnType::CommonName) {
        Some(rcgen::DnValue::Utf8String(text)) => text.clone(),
        Some(rcgen::DnValue::PrintableString(text)) => text.as_str().to_owned(),
        Some(rcgen::DnValue::Ia5String(text)) => text.as_str().to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(name: &str) -> String {
        let mut params = CertificateParams::new(vec!["evil.example".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::NoCa;
        params.serialize_request(&KeyPair::generate().unwrap()).unwrap().pem().unwrap()
    }

    #[test]
    fn an_edge_gets_its_own_name_and_the_hosts_it_was_given_only() {
        let ca = new_authority("kim-thanh").unwrap();
        let hosts = ["lane-1.local".to_owned(), "10.0.0.7".to_owned()];
        let pem =
            edge_certificate(&ca.certificate_pem, &ca.key_pem, "kt-edge-1", &hosts, &request("kt-edge-1")).unwrap();
        let der = rustls_pemfile::certs(&mut pem.as_bytes()).next().unwrap().unwrap();
        let text = String::from_utf8_lossy(&der).into_owned();
        assert!(text.contains("kt-edge-1") && text.contains("lane-1.local") && !text.contains("evil.example"));
    }

    #[test]
    fn a_request_in_another_name_or_shape_is_refused() {
        let ca = new_authority("kim-thanh").unwrap();
        let sign = |pem: &str| edge_certificate(&ca.certificate_pem, &ca.key_pem, "kt-edge-1", &[], pem);
        assert!(matches!(sign(&request("_central")), Err(AuthorityError::OtherName { .. })));
        assert!(matches!(sign("rubbish"), Err(AuthorityError::Request(_))));
    }
}
