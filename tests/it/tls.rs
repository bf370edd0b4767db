//! Servers of tests whose connections are encrypted, with certificates that openssl makes.

use std::future::IntoFuture as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use axum::Router;
use testkit::said;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// A listener whose connections are encrypted.
struct Tls {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    connections: Arc<AtomicUsize>,
}

impl axum::serve::Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.listener.accept().await.unwrap();
            self.connections.fetch_add(1, SeqCst);
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// A server, until the test ends: its port, and how many connections were made to it.
pub struct Serving {
    pub port: u16,
    pub connections: Arc<AtomicUsize>,
}

/// Serves something with a certificate and its key.
pub async fn serve(app: Router, certificate: &Path, key: &Path) -> Serving {
    let certificates = CertificateDer::pem_file_iter(certificate)
        .unwrap()
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    let key = PrivateKeyDer::from_pem_file(key).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let tls = Tls {
        listener,
        acceptor: TlsAcceptor::from(Arc::new(config)),
        connections: Arc::clone(&connections),
    };
    tokio::spawn(axum::serve(tls, app).into_future());
    Serving { port, connections }
}

#[track_caller]
fn openssl(folder: &Path, arguments: &[&str]) {
    let made = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{arguments:?}: {}", said(&made));
}

const KEY: [&str; 5] = [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
];

/// A key and a certificate for this machine that has signed itself, as `key.pem` and `cert.pem` in a folder.
pub fn certificate(folder: &Path) {
    let names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    let files = ["-keyout", "key.pem", "-out", "cert.pem"];
    openssl(
        folder,
        &[&["req", "-x509", "-days", "2"], &KEY[..], &files, &names].concat(),
    );
}

/// Who signs certificates, in a folder of its own.
pub struct Authority(tempfile::TempDir);

impl Authority {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = ["-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=CA of tests"];
        openssl(
            folder.path(),
            &[&["req", "-x509", "-days", "2"], &KEY[..], &files].concat(),
        );
        let settings = "[ca]\ndefault_ca=own\n[own]\nnew_certs_dir=.\ndatabase=index\nserial=serial\ndefault_md=sha256\n\
            policy=any\nunique_subject=no\n[any]\ncommonName=supplied\n";
        std::fs::write(folder.path().join("settings"), settings).unwrap();
        std::fs::write(folder.path().join("index"), "").unwrap();
        std::fs::write(folder.path().join("serial"), "1000\n").unwrap();
        Self(folder)
    }

    /// The file by which it is known.
    pub fn file(&self) -> String {
        self.path("ca.pem").display().to_string()
    }

    /// A folder in which it is found, as `openssl rehash` makes it.
    pub fn folder(&self) -> String {
        let folder = self.path("trusted");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::copy(self.path("ca.pem"), folder.join("ca.pem")).unwrap();
        openssl(self.0.path(), &["rehash", "trusted"]);
        folder.display().to_string()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A certificate for a name between two times, such as `20260101000000Z`, and its key.
    pub fn certificate(&self, name: &str, begins: &str, ends: &str) -> (PathBuf, PathBuf) {
        let file = |ending: &str| format!("{name}-{begins}.{ending}");
        let (key, request, signed, more) = (file("key"), file("csr"), file("pem"), file("ext"));
        std::fs::write(self.path(&more), format!("subjectAltName=DNS:{name}\n")).unwrap();
        let subject = format!("/CN={name}");
        let files = ["-keyout", &key, "-out", &request, "-subj", &subject];
        openssl(self.0.path(), &[&["req", "-new"], &KEY[..], &files].concat());
        let sign = [
            "ca", "-batch", "-notext", "-config", "settings", "-cert", "ca.pem", "-keyfile", "ca.key",
        ];
        let files = ["-in", &request, "-out", &signed, "-extfile", &more];
        let times = ["-startdate", begins, "-enddate", ends];
        openssl(self.0.path(), &[&sign[..], &files, &times].concat());
        (self.path(&signed), self.path(&key))
    }
}
