/**
 * Headers with which the handshake of a WebSocket comes from a browser. A page names an address and subprotocols there and nothing else:
 * websockets.spec.whatwg.org, the WebSocket interface; what the browser itself adds: RFC 6455 4.1 and fetch.spec.whatwg.org.
 */
export const SET_BY_BROWSERS =
  /^(:\w+|accept|accept-.*|authorization|cache-control|connection|content-.*|cookie|dnt|host|origin|pragma|priority|referer|sec-.*|te|upgrade|user-agent)$/;

/**
 * Headers that proxies, edges and what signs people in in front of them add to a request. Sources: RFC 7239 (Forwarded); www.envoyproxy.io/docs,
 * HTTP header manipulation; developers.cloudflare.com/fundamentals/reference/http-headers; docs.aws.amazon.com, CloudFront request headers
 * and X-Amzn-* of an ALB; learn.microsoft.com/azure/frontdoor/front-door-http-headers-protocol; developer.fastly.com/reference/http/http-headers;
 * oauth2-proxy.github.io/oauth2-proxy (X-Auth-Request-*, X-Forwarded-*); developer.konghq.com/plugins (X-Consumer-*, X-Credential-*);
 * kubernetes/ingress-nginx rootfs/etc/nginx/template/nginx.tmpl (ssl-client-*); www.w3.org/TR/trace-context.
 */
export const SET_BY_PROXIES =
  /^(forwarded|via|remote-.*|true-client-ip|traceparent|tracestate|baggage|cf-.*|cdn-.*|cloudfront-.*|fastly-.*|fly-.*|ssl-.*|x-(forwarded|real|original|client|cluster|remote|envoy|amz|amzn|azure|fd|goog|appengine|cloud|akamai|fastly|auth|authenticated|webauth|oauth|oidc|jwt|consumer|credential|ssl|tls|b3|request|correlation|trace|ot|datadog|vercel|nf|proxyuser|iap)(-.*)?)$/;

/** What may give a request a header on its way in, by the kind of object that says so. */
export const ADDS_HEADERS: readonly string[] = [
  "RequestAuthentication",
  "AuthorizationPolicy",
  "EnvoyFilter",
  "VirtualService",
  "WasmPlugin",
  "SecurityPolicy",
  "EnvoyPatchPolicy",
  "EnvoyExtensionPolicy",
  "HTTPRoute",
  "GRPCRoute",
  "Middleware",
  "KongPlugin",
  "KongClusterPlugin",
  "ExtensionService",
  "AuthService",
  "Filter",
  "FilterPolicy",
  "Module",
  "Policy",
  "VirtualServer",
  "VirtualServerRoute",
  "Ingress",
];

/** Words and protocols that say WebSocket: RFC 6455 and what is built on it (socket.io, sockjs-client, learn.microsoft.com/aspnet/core/signalr). */
export const SAYS_WEBSOCKET = /(^|[^a-z])(wss?|websockets?|socket\.?io|sockjs|signalr)([^a-z]|$)/i;
