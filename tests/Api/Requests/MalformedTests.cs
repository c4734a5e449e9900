namespace OrleansSale.Tests.Api.Requests;

/// <summary>
/// Requests that are no HTTP, or none that can be answered, on each kind of endpoint and with each kind of credential.
/// </summary>
[Collection(SaleTests.Name)]
public sealed class MalformedTests(SaleTests.Fixture fixture)
{
    private const string Json = "Content-Type: application/json\r\n",
        Chunked = Json + "Transfer-Encoding: chunked\r\n\r\n";

    private readonly SaleFront _sale = fixture.Front;

    // Headers and body, and whether an endpoint that reads the body cannot understand it.
    public static TheoryData<string, string, bool> Messages => new()
    {
        { "a chunk of more bytes than there are numbers for", Chunked + "FFFFFFFFFFFFFFFF\r\nx", true },
        { "a chunk of a negative length", Chunked + "-1\r\n{}\r\n0\r\n\r\n", true },
        { "a chunk whose length is rubbish", Chunked + "zz\r\n{}\r\n0\r\n\r\n", true },
        { "a chunk without a length", Chunked + "\r\n{}\r\n0\r\n\r\n", true },
        { "a chunk that goes on", Chunked + "2\r\n{}xx0\r\n\r\n", true },
        { "a chunk with an extension", Chunked + "2;a=b\r\n{}\r\n0;c\r\n\r\n", false },
        { "a chunk with an endless extension",
            Chunked + "2;" + new string('a', 70_000) + "\r\n{}\r\n0\r\n\r\n", false },
        { "a trailer", Chunked + "2\r\n{}\r\n0\r\nX: y\r\n\r\n", false },
        { "a trailer that is none", Chunked + "2\r\n{}\r\n0\r\nX y\r\n\r\n", true },
        { "a trailer that is too long", Chunked + "2\r\n{}\r\n0\r\nX: " + new string('y', 40_000) + "\r\n\r\n", true },
        { "more chunks than fit",
            Chunked + string.Concat(Enumerable.Repeat("1000\r\n" + new string(' ', 4_096) + "\r\n", 300)), true },
        { "chunked twice",
            Json + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", false },
        { "another coding", Json + "Transfer-Encoding: identity\r\n\r\n", true },
        { "a length and chunks",
            Json + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", false },
        { "a negative length", Json + "Content-Length: -1\r\n\r\n", true },
        { "two lengths", Json + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", true },
        { "a length without end", Json + "Content-Length: 99999999999999999999\r\n\r\n", true },
        { "a length beyond every bound", Json + "Content-Length: 2147483648\r\n\r\n{}", true },
        { "a header with a control character", "X: \u0001\0\r\nContent-Length: 0\r\n\r\n", true },
        { "a header without a colon", "XYZ\r\nContent-Length: 0\r\n\r\n", true },
        { "a folded header", "X: a\r\n b\r\nContent-Length: 0\r\n\r\n", true },
        { "too many headers",
            string.Concat(Enumerable.Range(0, 200).Select(n => $"X{n}: y\r\n")) + "Content-Length: 0\r\n\r\n", true },
        { "a header that is too long", "X: " + new string('y', 40_000) + "\r\nContent-Length: 0\r\n\r\n", true },
        { "a key that is no text", "Idempotency-Key: \u00e4\u00bd\u00a0\r\nContent-Length: 0\r\n\r\n", false },
        { "another expectation", Json + "Expect: tea\r\nContent-Length: 2\r\n\r\n{}", false },
        { "an upgrade", "Upgrade: websocket\r\nContent-Length: 0\r\n\r\n", false },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task It_is_the_client_s_fault_and_told_as_such(string what, string message, bool isUnreadable)
    {
        var errors = _sale.Front.Log.All.Count;
        var batch = await _sale.CreateAsync();
        var (user, ticket) =
            (_sale.Sign.Bearer(_sale.NewUser()), "Ticket " + _sale.Sign.Ticket(_sale.NewUser(), batch));
        var (asked, bare) = (0, 0);
        foreach (var (method, path, reads) in Endpoints(batch))
        {
            foreach (var by in (string?[])[null, _sale.Operator, user, ticket])
            {
                asked++;
                var said = $"{what}: {method} {path} by {by}";
                var answer = await SendAsync($"{method} {path} HTTP/1.1", message, by);
                answer.Status.ShouldBeInRange(200, 499, $"{said}: {answer.Text}");
                if (answer is { Status: >= 400, Body.Length: 0 }) bare++;
                else if (answer.Status >= 400)
                    answer.Text.ShouldContain("application/problem+json", Case.Sensitive, said);
                if (isUnreadable && reads)
                    answer.Status.ShouldBeOneOf([400, 401, 403, 413, 431], $"{said}: {answer.Text}");
            }
        }

        // The server's own refusals have no body. It knows no endpoints, so it refuses this everywhere or nowhere.
        bare.ShouldBeOneOf([0, asked], what);
        _sale.Front.Log.All.Skip(errors).ShouldBeEmpty(what);
    }

    [Theory]
    [InlineData("OPTIONS * HTTP/1.1", 405, "method-not-allowed")]
    [InlineData("GET http://@/api/batches HTTP/1.1", 200)]
    [InlineData("GET /api/batches HTTP/1.0", 200)]
    [InlineData("GET /api/%zz%ff HTTP/1.1", 404, "not-found")]
    [InlineData("GET /api/batches/%ff HTTP/1.1", 404, "not-found")]
    [InlineData("GET /api/batches/%C0%80 HTTP/1.1", 404, "not-found")]
    [InlineData("GET /api/batches/%ED%A0%80 HTTP/1.1", 404, "not-found")]
    [InlineData("GET /api/batches/..%2f..%2fetc HTTP/1.1", 404, "not-found")]
    [InlineData("GET /api/orders/%zz.1 HTTP/1.1", 401, "unauthenticated")]
    [InlineData("GET /api/batches?limit=%zz&after=%ff HTTP/1.1", 400, "invalid-request")]
    [InlineData("GET /api/batches?after=%00 HTTP/1.1", 400, "invalid-request")]
    [InlineData("GET /sale/..%2f..%2fetc HTTP/1.1", 404)]
    public async Task A_request_line_that_is_odd_gets_its_answer(string line, int status, string? code = null)
    {
        var errors = _sale.Front.Log.All.Count;
        var answer = await SendAsync(
            line.Replace("@", _sale.Client.Address.Authority, StringComparison.Ordinal), "\r\n", null);
        answer.Status.ShouldBe(status, answer.Text);
        if (code is not null) answer.Body.ShouldContain($"\"code\":\"{code}\"");
        _sale.Front.Log.All.Skip(errors).ShouldBeEmpty(line);
    }

    [Theory]
    [InlineData("GET * HTTP/1.1", 405)]
    [InlineData("CONNECT x:80 HTTP/1.1", 400)]
    [InlineData("GET http://elsewhere/api/batches HTTP/1.1", 400)]
    [InlineData("GET ftp://@/api/batches HTTP/1.1", 400)]
    [InlineData("GET /api/batches HTTP/2.0", 505)]
    [InlineData("GET /api/batches HTTP/1.2", 505)]
    [InlineData("GET /api/batches", 400)]
    [InlineData("GET  /api/batches HTTP/1.1", 400)]
    [InlineData("G(T /api/batches HTTP/1.1", 400)]
    [InlineData("GET /api/%00 HTTP/1.1", 400)]
    [InlineData("GET /api/batches/x%00y HTTP/1.1", 400)]
    public async Task What_is_no_request_to_the_web_server_gets_a_status_of_its_own_and_no_body(string line, int status)
    {
        var errors = _sale.Front.Log.All.Count;
        var answer = await SendAsync(
            line.Replace("@", _sale.Client.Address.Authority, StringComparison.Ordinal), "\r\n", null);
        answer.Status.ShouldBe(status, answer.Text);
        answer.Body.ShouldBeEmpty();
        answer.Text.ShouldContain("Connection: close");
        _sale.Front.Log.All.Skip(errors).ShouldBeEmpty(line);
    }

    [Fact]
    public async Task A_request_line_without_end_is_too_long()
    {
        (await SendAsync($"GET /{new string('a', 9_000)} HTTP/1.1", "\r\n", null)).Status.ShouldBe(414);
        (await SendAsync($"GET /api/batches?after={new string('a', 9_000)} HTTP/1.1", "\r\n", null))
            .Status.ShouldBe(414);
    }

    [Fact]
    public async Task A_client_that_waits_to_be_asked_for_its_body_is_asked()
    {
        var batch = await _sale.CreateAsync();
        var ticket = "Ticket " + _sale.Sign.Ticket(_sale.NewUser(), batch);
        var answer = await SendAsync(
            $"POST /api/batches/{batch}/orders HTTP/1.1",
            Json + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", ticket, "{}");
        answer.Status.ShouldBe(100, answer.Text);
        answer.Text.ShouldContain("\r\n\r\nHTTP/1.1 201 Created\r\n");
    }

    [Fact]
    public async Task A_body_that_does_not_come_is_not_waited_for()
    {
        var errors = _sale.Front.Log.All.Count;
        var batch = await _sale.CreateAsync();
        string[] bodies =
            ["Content-Length: 20\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n7FFFFFFF\r\nx"];
        // All at the same time, because the server waits some seconds for each.
        var answers =
            await Task.WhenAll(Endpoints(batch).Where(endpoint => endpoint.Reads).SelectMany(endpoint => bodies
            .Select(body => SendAsync($"{endpoint.Method} {endpoint.Path} HTTP/1.1", Json + body, _sale.Operator))));
        foreach (var answer in answers)
        {
            answer.Status.ShouldBeOneOf([400, 401, 408, 413], answer.Text);
            answer.Text.ShouldContain("application/problem+json");
        }
        _sale.Front.Log.All.Skip(errors).ShouldBeEmpty();
    }

    private static (string Method, string Path, bool Reads)[] Endpoints(string batch) =>
    [
        ("POST", $"/api/batches/{batch}/orders", true), ("POST", "/api/batches/nowhere/orders", true),
        ("POST", "/api/payments/notifications", true), ("PUT", $"/api/orders/{batch}.9/delivery", true),
        ("PUT", $"/api/batches/{batch}/reservation/delivery", true),
        ("POST", "/api/operator/batches", true), ("POST", $"/api/operator/batches/{batch}/pause", true),
        ("POST", "/dev/tokens", true), ("POST", "/sandbox/checkouts/x", true), ("POST", "/sandbox/refunds", true),
        ("PUT", $"/api/batches/{batch}/reservation", false), ("DELETE", $"/api/batches/{batch}/reservation", false),
        ("DELETE", $"/api/orders/{batch}.9", false), ("POST", $"/api/orders/{batch}.9/checkout", false),
        ("GET", "/api/batches", false), ("GET", "/", false), ("POST", "/nothing", false),
        ("GET", "/health/ready", false),
    ];

    private Task<(int Status, string Body, string Text)> SendAsync(
        string line, string message, string? by, string? rest = null) =>
        RawPost.SendTextAsync(
            _sale.Client.Address,
            $"{line}\r\nHost: {_sale.Client.Address.Authority}\r\nConnection: close\r\n"
                + (by is null ? "" : $"Authorization: {by}\r\n") + message,
            rest);
}
