//! Connections: HTTP/1.1 with bounds on what a connection may send and how long it may take, and an orderly end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_io_timeout::TimeoutStream;

use crate::address::Peer;
use crate::settings::Limits;

/// How far a service is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// Go on.
    No,
    /// Take no more requests, and finish those that began.
    Finish,
    /// At once.
    Now,
}

/// Serves until it is told to stop, and then until the last request is answered or its time is over.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, mut stop: watch::Receiver<Stop>) {
    let connections = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let protocol = protocol(&limits);
    // A sender that is gone tells to stop, too.
    let mut stopping = stop.clone();
    let stopped = async move { drop(stopping.wait_for(|stop| *stop > Stop::No).await) };
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => break,
            accepted = accept(&listener, &connections) => {
                let (stream, peer, permit) = accepted;
                let mut stream = TimeoutStream::new(stream);
                stream.set_write_timeout(Some(limits.write_time));
                let stream = TokioIo::new(Box::pin(stream));
                let connection = protocol.serve_connection(stream, of_peer(&router, peer));
                let connection = graceful.watch(connection);
                tokio::spawn(async move {
                    // What is wrong with a connection is its client's business.
                    let _ = connection.await;
                    drop(permit);
                });
            }
        }
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(limits.stop_time) => tracing::warn!("requests were cut off: their time is over"),
        _ = stop.wait_for(|stop| *stop > Stop::Finish) => {}
    }
}

fn protocol(limits: &Limits) -> http1::Builder {
    let mut protocol = http1::Builder::new();
    protocol
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_buf_size(limits.head_bytes)
        .max_headers(limits.headers);
    protocol
}

/// The next connection, once there is room for one more.
async fn accept(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed.
    let permit = Arc::clone(connections).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Without it answers are only slower.
                let _ = stream.set_nodelay(true);
                return (stream, peer, permit);
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                // The system is short of something; asking again at once would not help.
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// The router, which is told with every request who the peer is.
fn of_peer(
    router: &Router,
    peer: SocketAddr,
) -> impl hyper::service::Service<
    Request<Incoming>,
    Response = axum::response::Response,
    Error = std::convert::Infallible,
    Future = impl Send + use<>,
> + use<> {
    let router = TowerToHyperService::new(router.clone());
    service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer.ip()));
        router.call(request)
    })
}
