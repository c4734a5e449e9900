using System.Net.Http.Headers;
using System.Text;
using CsCheck;
using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Tests.Api.Requests;

/// <summary>Generated rubbish at every endpoint.</summary>
[Collection(SaleTests.Name)]
public sealed class RubbishTests(SaleTests.Fixture fixture)
{
    private const int Requests = 1_500;

    private static readonly HashSet<string> Codes = [.. Enum.GetValues<Refusal>().Select(Problem.CodeOf)];

    // Mostly paths that exist.
    private static readonly string[] Methods =
        ["GET", "GET", "GET", "POST", "POST", "POST", "POST", "POST", "PUT", "PUT", "DELETE", "PATCH", "HEAD",
            "OPTIONS", "TRACE", "BREW"];

    private static readonly string[] Paths =
    [
        "/api/batches", "/api/batches/@b", "/api/batches/@b/live", "/api/batches/@b/reservation",
        "/api/batches/@b/reservation/delivery",
        "/api/batches/@b/place", "/api/operator/batches/@b/line", "/api/operator/batches/@b/line/1",
        "/api/operator/products/mi2/backlog", "/api/operator/products/mi2/backlog/@b",
        "/api/batches/@b/orders", "/api/orders/@o",
        "/api/orders/@o/checkout", "/api/orders/@o/delivery", "/api/me", "/api/me/orders", "/api/me/session",
        "/api/payments/notifications",
        "/api/operator/batches", "/api/operator/batches/@b/pause", "/api/operator/batches/@b/resume",
        "/api/operator/batches/@b/close",
        "/api/operator/batches/@b/restock", "/api/operator/batches/@b/withdraw", "/api/operator/batches/@b/orders",
        "/api/operator/batches/@b/reservations", "/api/operator/batches/@b/ledger", "/dev/tokens",
        "/api/operator/batches/@b/money", "/api/operator/batches/@b/payments",
        "/api/operator/orders/@o/settle", "/sandbox/disputes",
        "/sandbox/checkouts/@o/state",
        "/sandbox/checkouts",
        "/sandbox/checkouts/@o", "/sandbox/refunds", "/sandbox/payments", "/health/live", "/health/ready", "/nothing",
        "/api", "/sale/@b",
    ];

    // A reason is never valid, because a valid command of an operator is not rubbish.
    private static readonly Gen<string> Value = Gen.OneOf(
        Gen.Const("null"), Gen.Const("true"), Gen.Const("{}"), Gen.Const("[]"), Gen.Const("\"\""),
            Gen.Const("\"\\ud800\""), Gen.Const("-1"),
        Gen.Const("1e999"), Gen.Const("99999999999999999999"), Gen.Double.Select(number => number.ToString("R", null)),
            Gen.Const("\"\\u0000\""),
        Gen.Const("[[[[[[[[[[]]]]]]]]]]"), Gen.Const("\"" + new string('x', 3_000) + "\""));

    private static readonly Gen<string> Member = Gen.Select(
        OneOf(
            "reason", "units", "quantity", "standby", "ticket", "id", "product", "schedule", "channel", "stock", "name",
            "phone", "address", "user", "roles", "outcome", "\\ud800", "", "type", "data"),
        Value,
        (name, value) => $"\"{name}\":{value}");

    private static readonly Gen<string> Object = Member.Array[0, 6]
        .Select(members => "{" + string.Join(',', members) + "}");

    private static readonly Gen<string> Body = Gen.OneOf(
        Object, Object, Object, Gen.Const(""), Gen.String, Gen.Char['\0', '\u00ff'].Array[0, 40]
            .Select(text => new string(text)),
        Gen.Const(new string('[', 3_000)), Gen.Const(new string(' ', 70_000)));

    private static readonly Gen<string> Text = Gen.OneOf(
        OneOf("", "0", "-1", "1", "x", "weibo:x", "nowhere", "nowhere.1", "text/csv", "*/*", "\"x\"", "W/\"x\""),
        Gen.Char[' ', '~'].Array[0, 30].Select(text => new string(text)));

    private static readonly Gen<Rubbish> Anything = Gen.Select(
        Gen.Select(OneOf(Methods), OneOf(Paths), Gen.Int[0, 3], Gen.Int[0, 5]),
        Gen.Select(OneOf("batch", "after", "limit", "lang", "x"), Gen.String[0, 20]).Array[0, 3],
        Gen.Select(
            OneOf("Idempotency-Key", "Accept", "If-None-Match", "Sec-Fetch-Site", "Origin", "Cookie", "webhook-id",
                "webhook-timestamp", "Range", "Expect"),
            Text).Array[0, 3],
        OneOf("application/json", "application/json", "application/json", "application/json; charset=utf-16",
            "text/plain", "rubbish/", ""),
        Body,
        (target, query, headers, type, body) =>
            new Rubbish(target.Item1, target.Item2, target.Item3, target.Item4, query, headers, type, body));

    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task Rubbish_is_refused_by_a_code_and_moves_nothing()
    {
        var (batch, owner) = (await _sale.CreateAsync(), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, owner);
        var (before, errors) = (await _sale.HeadAsync(batch), _sale.Front.Log.All.Count);
        var listed = (await _sale.Client.GetAsync("/api/batches?limit=1000")).Items.Length;

        await Anything.SampleAsync(
            async rubbish =>
            {
                var answer = await SendAsync(rubbish, batch, order);
                var said = $"{rubbish}\n{answer}";
                if (answer.Status is >= 500) (answer.Status, answer.Code).ShouldBe((503, "overloaded"), said);
                if (answer.Status is < 400 or >= 500 || rubbish.Method == "HEAD") return;
                // For an unknown checkout the sandbox answers with a page, and so does the front for an unknown sale.
                if ((rubbish.Path.StartsWith("/sandbox/checkouts/", StringComparison.Ordinal)
                    || rubbish.Path.StartsWith("/sale/", StringComparison.Ordinal))
                    && answer.MediaType == "text/html") return;
                answer.MediaType.ShouldBe("application/problem+json", said);
                Codes.ShouldContain(answer.Code!, said);
            },
            iter: Requests,
            threads: 4);

        (await _sale.HeadAsync(batch)).ShouldBe(before);
        (await _sale.Client.GetAsync("/api/batches?limit=1000")).Items.Length.ShouldBe(listed);
        (await _sale.ReadOrderAsync(order, owner)).Is(200)["status"].ShouldBe("awaiting-payment");
        _sale.Front.Log.All.Skip(errors).ShouldBeEmpty("nothing was taken for a bug");
    }

    private async Task<Answer> SendAsync(Rubbish rubbish, string batch, string order)
    {
        // An operator gets only ids of other orders, because a command for a real order could be valid.
        string?[] credentials = [null, "Bearer rubbish", "Ticket v1.e30.AAAA", _sale.Sign.Bearer("weibo:stranger"),
            _sale.Operator, "Ticket"];
        var by = credentials[rubbish.Credential];
        string[] batches = [batch, "nowhere", "%E2%82%AC", new string('a', 300)];
        string[] orders = [by == _sale.Operator ? "nowhere.1" : order, "nowhere.1", $"{batch}.999999", "%E2%82%AC.1"];
        var path = rubbish.Path.Replace("@b", batches[rubbish.Id], StringComparison.Ordinal)
            .Replace("@o", orders[rubbish.Id], StringComparison.Ordinal);
        // The live stream of an existing batch does not end.
        if (path.EndsWith($"/{batch}/live", StringComparison.Ordinal)) path += "/x";
        var query = string.Join('&', rubbish.Query.Select(part => $"{part.Item1}={Escaped(part.Item2)}"));
        HttpContent? content = null;
        if (rubbish.Body.Length > 0 && rubbish.Method is not ("GET" or "HEAD" or "TRACE"))
        {
            content = new ByteArrayContent(Encoding.UTF8.GetBytes(rubbish.Body));
            content.Headers.ContentType = MediaTypeHeaderValue.TryParse(rubbish.Type, out var type) ? type : null;
        }

        using (content)
        {
            var headers = rubbish.Headers.Where(header => header.Item1 != "Expect").DistinctBy(header => header.Item1);
            return await _sale.Client.SendAsync(rubbish.Method, $"{path}?{query}", by, content, null, [.. headers]);
        }
    }

    private static Gen<string> OneOf(params string[] texts) =>
        Gen.Int[0, texts.Length - 1].Select(place => texts[place]);

    private static string Escaped(string text) =>
        string.Concat(Encoding.UTF8.GetBytes(text).Select(octet => $"%{octet:X2}"));

    private sealed record Rubbish(
        string Method, string Path, int Id, int Credential, (string, string)[] Query, (string, string)[] Headers,
            string Type, string Body)
    {
        public override string ToString() =>
            $"{Method} {Path} #{Id} by {Credential}, ?{string.Join('&', Query)}, {string.Join(
                ", ", Headers)}, {Type}: {Body[..Math.Min(Body.Length, 300)]}";
    }
}
