using System.Net.Sockets;

namespace OrleansSale.Tests.Api.Requests;

/// <summary>HEAD wherever there is GET.</summary>
[Collection(SaleTests.Name)]
public sealed class HeadTests(SaleTests.Fixture fixture)
{
    // Transfer-Encoding describes the body. The others are new for each answer.
    private static readonly string[] OfTheBody = ["Transfer-Encoding", "Date", "Last-Modified", "Retry-After"];

    // OpenIddict answers there, and refuses HEAD in OAuth's own form (RFC 6749).
    private static readonly string[] OfOAuth =
    [
        "/sandbox/platform/authorize", "/sandbox/platform/keys", "/sandbox/platform/userinfo",
        "/sandbox/platform/.well-known/openid-configuration",
    ];

    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(20);

    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task Every_GET_has_a_HEAD_with_the_same_status_and_headers_and_no_body()
    {
        var (batch, owner) = (await _sale.CreateAsync(), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, owner);
        var paths = Routes.Of(_sale.Front, batch, order).Where(route => route.Method == "GET")
            .Select(route => route.Path).Except(OfOAuth).ToArray();
        paths.ShouldContain("/api/batches/" + batch + "/live", "an event stream is among them");
        paths.ShouldContain($"/sale/{batch}", "pages are among them");
        paths.ShouldContain("/pages/sale.js", "and what they load");
        foreach (var path in paths.Concat(["/sale/nothing", "/nothing"]))
        {
            foreach (var by in (string?[])[null, _sale.Operator, _sale.Sign.Bearer(owner)])
            {
                var (get, head) = (await HeadersAsync("GET", path, by), await HeadersAsync("HEAD", path, by));
                head.Body.ShouldBeEmpty($"HEAD {path}");
                head.Status.ShouldBe(get.Status, $"HEAD {path}");
                // A HEAD may leave the length out (RFC 9110, 9.3.2). It does so if the server would have counted the
                // body itself.
                var hasLength = head.Headers.Any(IsLength);
                head.Headers.ShouldBe(get.Headers.Where(header => hasLength || !IsLength(header)), $"HEAD {path}");
            }
        }
    }

    [Fact]
    public async Task A_HEAD_of_what_is_known_already_is_not_modified()
    {
        var batch = await _sale.CreateAsync();
        string[] paths = [$"/api/batches/{batch}", $"/sale/{batch}", "/pages/plain.css", "/scalar/scalar.js"];
        foreach (var path in paths)
        {
            var tag = (await _sale.Client.SendAsync("HEAD", path)).Is(200).Header("ETag")!;
            (await _sale.Client.SendAsync("HEAD", path, headers: ("If-None-Match", tag))).Is(304).Header("ETag")
                .ShouldBe(tag);
        }
    }

    [Fact]
    public async Task A_HEAD_of_what_has_no_GET_is_told_what_there_is()
    {
        foreach (var (_, path, pattern) in Routes.Of(_sale.Front, "x", "x.1").GroupBy(route => route.Path)
            .Where(routes => routes.All(route => route.Method != "GET")).Select(routes => routes.First()))
        {
            (await _sale.Client.SendAsync("HEAD", path, _sale.Operator)).Is(405).Header("Allow")!
                .ShouldNotContain("GET", Case.Sensitive, pattern);
        }
    }

    [Fact]
    public async Task Every_resource_names_exactly_its_methods_when_it_is_asked_for_another()
    {
        foreach (var routes in Routes.Of(_sale.Front, "x", "x.1").GroupBy(route => route.Path))
        {
            var methods = routes.Select(route => route.Method).Distinct().ToList();
            methods.ShouldNotContain("every method", routes.Key);
            if (methods.Contains("GET")) methods.Add("HEAD");
            var answer = (await _sale.Client.SendAsync("BREW", routes.Key, _sale.Operator))
                .IsRefusal(405, "method-not-allowed");
            answer.Header("Allow")!.Split(", ").Order().ShouldBe(methods.Distinct().Order(), routes.Key);
        }
    }

    private static bool IsLength(string header) => header.StartsWith("Content-Length:", StringComparison.Ordinal);

    // Reads the bytes themselves, because a client library never reads a body after a HEAD.
    private async Task<(string Status, string[] Headers, string Body)> HeadersAsync(
        string method, string path, string? by)
    {
        var address = _sale.Client.Address;
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await using var stream = client.GetStream();
        var credential = by is null ? "" : $"Authorization: {by}\r\n";
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(
            $"{method} {path} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n{credential}\r\n"));
        using var reader = new StreamReader(stream);
        var status = (await reader.ReadLineAsync().WaitAsync(AtOnce))!;
        var headers = new List<string>();
        while (await reader.ReadLineAsync().WaitAsync(AtOnce) is { Length: > 0 } line)
        {
            if (!OfTheBody.Contains(line[..line.IndexOf(':', StringComparison.Ordinal)])) headers.Add(line);
        }
        var body = method == "HEAD" ? await reader.ReadToEndAsync().WaitAsync(AtOnce) : "";
        return (status, [.. headers.Order(StringComparer.Ordinal)], body);
    }
}
