using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Api.Purchases;

/// <summary>Tickets and tokens that are not what they claim.</summary>
[Collection(SaleTests.Name)]
public sealed class CredentialTests(SaleTests.Fixture fixture)
{
    private static readonly byte[] ForeignKey = RandomNumberGenerator.GetBytes(32);

    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_bad_ticket_alone_is_no_credential_and_in_a_body_an_invalid_ticket()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var good = _sale.Sign.Ticket(user, batch);
        var bad = new Dictionary<string, string>
        {
            ["signed with another key"] = _sale.Sign.Ticket(user, batch, key: ForeignKey),
            ["another batch's"] = _sale.Sign.Ticket(user, await _sale.CreateAsync()),
            ["its payload changed"] = good.Replace("v2.e", "v2.f", StringComparison.Ordinal),
            ["its mac changed"] = good[..^1] + (good[^1] == 'A' ? 'B' : 'A'),
            ["cut off"] = good[..^1],
            ["longer"] = good + "A",
            ["of another version"] = "v1" + good[2..],
            ["without an alias"] = _sale.Sign.Ticket(user, batch, alias: null),
            ["with no alias"] = _sale.Sign.Ticket(user, batch, alias: "weibo:alice"),
            ["version 0"] = _sale.Sign.Ticket(user, batch, version: 0),
            ["no user"] = _sale.Sign.Ticket("weibo", batch),
            ["very long"] = _sale.Sign.Ticket("weibo:" + new string('x', 2_000), batch)[..1_536],
            ["nothing of a ticket"] = "rubbish",
        };
        foreach (var (what, ticket) in bad)
        {
            (await _sale.Client.BuyAsync(batch, "Ticket " + ticket)).IsRefusal(401, "unauthenticated");
            var body = new JsonObject { ["ticket"] = ticket };
            var told = await _sale.Client.BuyAsync(batch, _sale.Sign.Bearer(user), body: body);
            told.Code.ShouldBe("ticket-invalid", what);
            told.IsRefusal(403, "ticket-invalid");
        }

        // Another user's ticket alone is valid, for that user. Beside a token it is not the caller's ticket.
        var foreign = new JsonObject { ["ticket"] = _sale.Sign.Ticket(_sale.NewUser(), batch) };
        (await _sale.Client.BuyAsync(batch, _sale.Sign.Bearer(user), body: foreign)).IsRefusal(403, "ticket-invalid");
        foreach (var empty in (string[])["Ticket", "Ticket ", "Ticket  ,"])
            (await _sale.Client.BuyAsync(batch, empty)).IsRefusal(401, "unauthenticated");
        (await _sale.AuditAsync(batch)).Orders.ShouldBeEmpty();
        (await _sale.Client.BuyAsync(batch, "ticket " + good)).Is(201)["user"]
            .ShouldBe(user, "a scheme's case does not matter");
    }

    [Fact]
    public async Task A_token_that_does_not_hold_is_no_credential()
    {
        var (batch, now) = (await _sale.CreateAsync(), DateTimeOffset.UtcNow);
        JsonObject Claims(string? sub = "alice", string? channel = "weibo") =>
            new() { ["sub"] = sub, ["channel"] = channel };
        JsonObject With(string name, JsonNode? value)
        {
            var claims = Claims();
            claims[name] = value;
            return claims;
        }

        var bad = new Dictionary<string, string>
        {
            ["signed with another key"] = _sale.Sign.Token(Claims(), ForeignKey),
            ["signed with the ticket key"] = _sale.Sign.Token(Claims(), _sale.Front.Secrets.TicketKey),
            ["unsigned"] = _sale.Sign.Token(Claims(), algorithm: "none"),
            ["signed with another algorithm"] = _sale.Sign.Token(Claims(), algorithm: "HS512"),
            ["expired"] = _sale.Sign.Token(With("exp", now.AddMinutes(-1).ToUnixTimeSeconds())),
            ["not valid yet"] = _sale.Sign.Token(With("nbf", now.AddMinutes(10).ToUnixTimeSeconds())),
            ["of another issuer"] = _sale.Sign.Token(With("iss", "other")),
            ["for another audience"] = _sale.Sign.Token(With("aud", "other")),
            ["without a subject"] = _sale.Sign.Token(Claims(sub: null)),
            ["an empty subject"] = _sale.Sign.Token(Claims(sub: "")),
            ["a subject with a slash"] = _sale.Sign.Token(Claims(sub: "a/b")),
            ["a subject with a colon"] = _sale.Sign.Token(Claims(sub: "a:b")),
            ["a subject with a control character"] = _sale.Sign.Token(Claims(sub: "a\u0001")),
            ["a subject of 129 characters"] = _sale.Sign.Token(Claims(sub: new string('a', 129))),
            ["without a channel"] = _sale.Sign.Token(Claims(channel: null)),
            ["a channel in capitals"] = _sale.Sign.Token(Claims(channel: "Weibo")),
            ["a channel of 33 characters"] = _sale.Sign.Token(Claims(channel: new string('a', 33))),
            ["a subject that is a number list"] = _sale.Sign.Token(With("sub", new JsonArray(1, 2))),
            ["cut off"] = _sale.Sign.Token(Claims())[..^3],
            ["nothing of a token"] = "rubbish",
        };
        foreach (var (what, token) in bad)
        {
            foreach (var (method, path) in ((string, string)[])
                [("POST", $"/api/batches/{batch}/orders"), ("PUT", $"/api/batches/{batch}/reservation"),
                    ("GET", $"/api/me/orders?batch={batch}")])
            {
                var told = await _sale.Client.SendAsync(method, path, "Bearer " + token);
                told.Code.ShouldBe("unauthenticated", $"{what}: {method} {path}");
                told.IsRefusal(401, "unauthenticated");
            }
        }

        foreach (var other in (string[])["Basic YWxpY2U6cGFzc3dvcmQ=", "Bearer", "Digest x"])
            (await _sale.Client.GetAsync($"/api/me/orders?batch={batch}", other)).IsRefusal(401, "unauthenticated");
        (await _sale.AuditAsync(batch)).Orders.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_token_need_not_expire_and_may_have_the_longest_names()
    {
        var batch = await _sale.CreateAsync(Stage.Reserving, change: terms =>
        {
            terms["id"] = $"{_sale.NewId()}{new string('-', 64)}"[..64];
            terms["channel"] = new string('c', 32);
        });
        foreach (var subject in (string[])[new('米', 128), string.Concat(Enumerable.Repeat("😀", 64)), new('"', 128),
            new('\\', 128), new('<', 128)])
        {
            var claims = new JsonObject
            {
                ["sub"] = subject,
                ["channel"] = new string('c', 32),
                ["aud"] = new JsonArray("other", "sale")
            };
            var token = "Bearer " + _sale.Sign.Token(claims);
            var made = await _sale.Client.SendAsync("PUT", $"/api/batches/{batch}/reservation", token);
            made["user"].ShouldBe($"{new string('c', 32)}:{subject}", $"{subject}: {made}");
        }

        var tickets = (await _sale.Client.GetAsync($"/api/operator/batches/{batch}/reservations", _sale.Operator))
            .Is(200).Items
            .Select(item => item.GetProperty("user").GetString()!).Select(async user =>
                (user, (await _sale.Client.GetAsync($"/api/batches/{batch}/reservation",
                    _sale.Sign.Bearer(user)))["ticket"]!));
        _sale.Clock.Advance(2 * Offer.StageLasts);
        foreach (var (user, ticket) in await Task.WhenAll(tickets))
            (await _sale.Client.BuyAsync(batch, "Ticket " + ticket)).Is(201)["user"].ShouldBe(user);
    }
}
