using System.Net.Http.Headers;
using System.Text;

namespace OrleansSale.Tests.Api.Requests;

/// <summary>Bodies that are not what JSON, HTTP or the contract allows, at every endpoint that reads one.</summary>
[Collection(SaleTests.Name)]
public sealed class BadBodyTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    public static TheoryData<string, string> Bodies => new()
    {
        { "nothing closed", "{" },
        { "no JSON at all", "reason=x" },
        { "a list", "[]" },
        { "a text", "\"x\"" },
        { "a number", "1" },
        { "null", "null" },
        { "two documents", "{}{}" },
        { "a comma too many", """{"reason":"x",}""" },
        { "a comment", """{/* */"reason":"x"}""" },
        { "a name twice", """{"reason":"x","reason":"y"}""" },
        { "a name twice, once escaped", """{"reason":"x","\u0072eason":"y"}""" },
        { "a name twice, within", """{"product":{"id":"a","id":"b"}}""" },
        { "nested too deep", """{"a":[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]}""" },
        { "half a surrogate pair in a name", """{"\ud800":1}""" },
        { "half surrogate pairs in two names", """{"\ud800":1,"\udfff":2}""" },
        { "a raw control character", "{\"reason\":\"\u0001\"}" },
        { "single quotes", "{'reason':'x'}" },
        { "not a number", """{"quantity":NaN}""" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_is_not_a_JSON_object_is_an_invalid_request(string what, string body)
    {
        foreach (var (method, path, by) in await EndpointsAsync())
        {
            var answer = await _sale.Client.SendAsync(method, path, by, body);
            answer.Code.ShouldBe("invalid-request", $"{what}: {method} {path}: {answer}");
            answer.IsRefusal(400, "invalid-request", "body")["detail"]!.ShouldNotMatch(@"(line|byte) ?(,|$)",
                "no place is none");
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_an_invalid_request()
    {
        foreach (var (method, path, by) in await EndpointsAsync())
        {
            foreach (var bytes in (byte[][])
                [[0xff, 0xfe, (byte)'{', (byte)'}'], [.. "{\"reason\":\""u8, 0xc3, 0x28, .. "\",\"units\":1}"u8],
                    [.. "{\""u8, 0xed, 0xa0, 0x80, .. "\":1}"u8]])
            {
                using var content = new ByteArrayContent(bytes);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                var answer = await _sale.Client.SendAsync(method, path, by, content);
                // An unknown member may have any value: a purchase has no reason.
                if (answer.Code == "unauthenticated" && path.EndsWith("/orders", StringComparison.Ordinal)) continue;
                answer.Status.ShouldBe(400, $"{method} {path} {Convert.ToHexString(bytes)}: {answer}");
                answer.Code.ShouldBe("invalid-request");
            }
        }
    }

    [Fact]
    public async Task A_body_of_more_than_64_KB_is_too_large_whether_it_is_announced_or_not()
    {
        foreach (var (method, path, by) in await EndpointsAsync())
        {
            // The server closes the connection after a longer one, and the client's next request may meet that.
            foreach (var length in (int[])[65_537, 300_000, 1_000_000])
            {
                (await _sale.Client.SendAsync(method, path, by, Padded(length))).IsRefusal(413, "too-large");
                // The length is not announced, so only reading shows it.
                using var chunked = new StreamContent(new UnknownLength(Encoding.UTF8.GetBytes(Padded(length))));
                (await _sale.Client.SendAsync(method, path, by, chunked)).IsRefusal(413, "too-large");
            }
            var announced = await RawPost.SendTextAsync(
                _sale.Client.Address,
                $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 1048577\r\n"
                    + (by is null ? "" : $"Authorization: {by}\r\n") + "\r\n");
            announced.Status.ShouldBe(413, announced.Text);
            announced.Text.ShouldContain("application/problem+json");
            announced.Body.ShouldContain("\"code\":\"too-large\"");
        }

        // The largest body is fine.
        var batch = await _sale.CreateAsync();
        (await _sale.Client.BuyAsync(batch, "Ticket " + _sale.Sign.Ticket(_sale.NewUser(), batch),
            body: Padded(65_536, "{}"))).Is(201);
    }

    [Fact]
    public async Task A_body_of_another_media_type_is_not_read()
    {
        foreach (var (method, path, by) in await EndpointsAsync())
        {
            foreach (var type in (string?[])["text/plain", "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x", null])
            {
                using var content = new StringContent("{}");
                content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
                var answer = await _sale.Client.SendAsync(method, path, by, content);
                answer.Code.ShouldBe("unsupported-media-type", $"{type}: {method} {path}: {answer}");
                answer.IsRefusal(415, "unsupported-media-type");
            }
        }
    }

    [Fact]
    public async Task An_empty_body_misses_its_first_field()
    {
        foreach (var (method, path, by) in await EndpointsAsync())
        {
            if (path.EndsWith("/orders", StringComparison.Ordinal)) continue;
            foreach (var body in (string?[])[null, "{}"])
            {
                var answer = await _sale.Client.SendAsync(method, path, by, body);
                answer.Code.ShouldBe("invalid-request", $"{method} {path}: {answer}");
                answer["detail"].ShouldBe("is missing");
            }
        }
    }

    [Fact]
    public async Task A_notification_is_bounded_before_it_is_verified()
    {
        (await _sale.Client.PostAsync("/api/payments/notifications", body: Padded(65_537)))
            .IsRefusal(413, "too-large");
        (await _sale.Client.PostAsync("/api/payments/notifications", body: Padded(65_536)))
            .IsRefusal(401, "unauthenticated");
        var announced = await RawPost.SendTextAsync(
            _sale.Client.Address,
            "POST /api/payments/notifications HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Length: 1048577\r\n\r\n");
        announced.Status.ShouldBe(413, announced.Text);
        announced.Body.ShouldContain("\"code\":\"too-large\"");
        (await _sale.Client.PostAsync("/api/payments/notifications")).IsRefusal(401, "unauthenticated");
    }

    private static string Padded(int length, string json = """{"quantity":0}""") =>
        new string(' ', length - json.Length) + json;

    // Every endpoint that reads a JSON body, with a credential that it accepts.
    private async Task<(string Method, string Path, string? By)[]> EndpointsAsync()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, user);
        return
        [
            ("POST", $"/api/batches/{batch}/orders", null),
            ("PUT", $"/api/orders/{order}/delivery", _sale.Sign.Bearer(user)),
            ("PUT", $"/api/batches/{batch}/reservation/delivery", _sale.Sign.Bearer(user)),
            ("POST", "/api/operator/batches", _sale.Operator),
            ("POST", $"/api/operator/batches/{batch}/pause", _sale.Operator),
            ("POST", $"/api/operator/batches/{batch}/restock", _sale.Operator),
            ("POST", "/dev/tokens", null),
        ];
    }

    private sealed class UnknownLength(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
