import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { runRule } from "../../policy/report";
import { ruleContext } from "../../policy/rule";
import { plainSecret } from "../../policy/rules/plainSecret";
import { isLiteral, isSecretName, secretByShape, secretInFile } from "../../policy/secretShape";
import { readFixture } from "./fixture";

describe("what looks like a credential", () => {
  it("is known by the name that holds it", () => {
    for (const name of ["DB_PASSWORD", "password", "clientSecret", "api-key", "JWT_SIGNING_KEY", "GITHUB_TOKEN", "pgpassword"]) {
      assert.ok(isSecretName(name), name);
    }
  });

  it("is what the nodes of a cluster in Erlang know each other by", () => {
    for (const name of ["RABBITMQ_ERLANG_COOKIE", "EMQX_NODE__COOKIE", "DOCKER_VERNEMQ_DISTRIBUTED_COOKIE", "RELEASE_COOKIE"]) {
      assert.ok(isSecretName(name), name);
    }
    for (const name of ["COOKIE", "SESSION_COOKIE", "COOKIE_NAME"]) assert.ok(!isSecretName(name), name);
  });

  it("is not whatever only speaks about one", () => {
    for (const name of [
      "PASSWORD_FILE",
      "TOKEN_TTL",
      "SECRET_NAME",
      "AWS_ACCESS_KEY_ID",
      "PUBLIC_KEY",
      "MONKEY",
      "COMPASS",
      "KEY",
    ]) {
      assert.ok(!isSecretName(name), name);
    }
  });

  it("is known by its shape, whatever it is called", () => {
    assert.equal(secretByShape("amqp://user:hunter2hunter2@queue"), "a URL with a password in it");
    assert.equal(secretByShape("-----BEGIN RSA PRIVATE KEY-----"), "a private key");
    for (const text of [
      "Server=db;User Id=sa;Password=hunter2hunter2;Encrypt=true",
      "Pwd=hunter2hunter2;Server=db",
      "jdbc:mysql://db/chat?user=chat&password=hunter2hunter2",
      "jdbc:sqlserver://db:1433;user=sa;password=hunter2hunter2",
      '"chat": "Host=db;Username=sa;Password=hunter2(!)Hunter2"',
      "Endpoint=sb://chat.example/;SharedAccessKey=aHVudGVyMmh1bnRlcjJodW50ZXIy=",
      'proxy_set_header Authorization "Basic aHVudGVyMjpodW50ZXIy";',
    ]) {
      assert.ok(secretByShape(text) !== undefined, text);
    }
    for (const text of [
      "http://queue:8080/a@b",
      "postgres://user@db",
      "postgres://user:$(PASSWORD)@db",
      "https://x.example/:id@1",
      "sk-short",
      "Server=db;Password=$(SA_PASSWORD);Encrypt=true",
      "jdbc:mysql://db/chat?user=chat&password=${DB_PASSWORD}",
      "proxy_set_header Authorization $http_authorization;",
      "Authorization: Bearer <token>",
      "for pwd in a b; do echo $pwd; done",
      "cd $(pwd); ls",
      "var u = req.body.user; password = req.body.password; go(u, password);",
      "user=req.body.user;password=req.body.password;go()",
      "host=a;pwd=process.cwd();go()",
      'cfg = load(); password = os.environ["DB_PASSWORD"]',
      "PWD=/srv/app; export HOME=/srv",
      "# clients send Authorization: Bearer credentials, see the wiki",
      "# uses Authorization Basic authentication",
      "Authorization: Bearer YOUR_TOKEN_HERE",
      "Authorization: Bearer accessToken",
    ]) {
      assert.equal(secretByShape(text), undefined, text);
    }
  });

  it("is no switch, number, path or reference", () => {
    for (const text of [
      "",
      "true",
      "12",
      "/run/secrets/password",
      "$(PASSWORD)",
      "${PASSWORD}",
      "<password>",
      "{{ .password }}",
      "vault:kv/chat",
      "__API_KEY__",
      "API_KEY_PLACEHOLDER",
      "dummy",
      "not-needed",
      "TOKEN",
      "YOUR_API_KEY",
      "certs/tls.key",
      "tls.key",
      "../run/password",
      "req.body.password",
      "config.get('password')",
      "password;",
      "v1-$TOKEN",
    ]) {
      assert.ok(!isLiteral(text), text);
    }
    for (const text of ["changeme", "wJalrXUtnFEMI/K7MDENG/bPxRfiCY", "pa$$word", "P@$$WORD", "hunter.two"]) {
      assert.ok(isLiteral(text), text);
    }
  });

  it("is found in a file by its line", () => {
    assert.deepEqual(secretInFile("a: 1\nredis:\n  password: hunter2hunter2\n"), {
      what: "a credential, by its name",
      line: 3,
      name: "password",
    });
    assert.equal(secretInFile("password: ${PASSWORD}\ntokenTtl: 3600\n"), undefined);
  });

  it("is found in the words of servers, and in a script", () => {
    for (const text of [
      "listen stats\n  stats auth operator:hunter2\n",
      "userlist a\n  user bob insecure-password hunter2\n",
      "port 6379\nrequirepass hunter2\n",
      "lt-cred-mech\nuser=client:hunter2\n",
      "#!/bin/sh\nexec server --admin-password hunter2\n",
    ]) {
      assert.ok(secretInFile(text) !== undefined, text);
    }
    for (const text of [
      "stats auth ${USER}:${PASSWORD}\n",
      "user bob password $6$k6y3o.eP\n",
      "requirepass ${REDIS_PASSWORD}\n",
      "user=turnserver\n",
      "user=www-data:www-data\n",
      "#!/bin/sh\nexec app --private-key certs/tls.key --port 80\n",
      "#!/bin/sh\nexec server --admin-password $PASSWORD --password-file /run/a --token $(cat /run/b)\n",
      "#!/bin/sh\nexec server --no-password --verbose\n",
    ]) {
      assert.equal(secretInFile(text), undefined, text);
    }
  });

  it("is looked for in a time that grows with the length only", () => {
    const length = 80_000;
    const long = ["password=x; ", "a://", "Authorization ", "user=a;password=", "--", "<a", "{a", "-eyJ", "a."].flatMap(
      (start) => [start + "a".repeat(length), start + " ".repeat(length), start.repeat(length / start.length)],
    );
    const before = performance.now();
    for (const text of long) secretInFile(text);
    assert.ok(performance.now() - before < 4000);
  });

  it("is never told by a finding", () => {
    const folder = join(__dirname, "plain-secret");
    const told = readdirSync(folder).flatMap((name) => {
      const { objects, cluster, options } = readFixture(join(folder, name));
      return runRule(plainSecret, ruleContext(objects, cluster, options)).map((finding) =>
        JSON.stringify({ ...finding, path: undefined }),
      );
    });
    assert.ok(told.length > 5);
    assert.doesNotMatch(told.join("\n"), /hunter2|MHcCAQEEIA|changeme/);
  });
});
