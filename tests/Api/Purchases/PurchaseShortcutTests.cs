using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using OrleansSale.Api.Sales.Purchases;

namespace OrleansSale.Tests.Api.Purchases;

/// <summary>The shortcut answers what the long way would, and leaves alone what it does not understand.</summary>
[Collection(SaleTests.Name)]
public sealed partial class PurchaseShortcutTests(SaleTests.Fixture fixture)
{
    private static readonly string?[] Bodies =
    [
        null, "", "{}", """{"quantity":1}""", """ { "quantity" : 1 } """, """{"quantity":2}""", """{"quantity":0}""",
        """{"quantity":-1}""",
        """{"quantity":1.5}""", """{"quantity":1e0}""", """{"quantity":"1"}""", """{"quantity":null}""",
        """{"quantity":99999999999}""",
        """{"quantity":10000001}""", """{"quantity":1,"quantity":1}""", """{"Quantity":7}""", """{"\u0071uantity":1}""",
        """{"quantity":1,"more":[]}""", """{"ticket":"forged"}""", """{"quantity":1}x""", """{"quantity":1}{}""", "[1]",
        "1", "{", "x",
        """{"quantity":1,}""", """{"quantity":1} // one""", "\u00e9",
        """{"standby":true}""", """{"standby":false}""", """{"standby":null}""", """{"standby":"true"}""",
        """{"standby":1}""", """{"standby":true,"quantity":1}""", """{"quantity":1,"standby":true}""",
        """{"standby":true,"standby":true}""", """{"standby":true,"quantity":0}""", """{"standby":tru}""",
        """{"STANDBY":"x"}""", """{"standby":true,"ticket":"forged"}""",
    ];

    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task Every_body_is_answered_as_on_the_long_way()
    {
        var batch = await OpenAsync(stock: 1_000);
        foreach (var body in Bodies)
        {
            var told = await BothAsync(batch, user => "Ticket " + _sale.Sign.Ticket(user, batch), body);
            told.Short.ShouldBe(told.Long, body);
        }
    }

    [Fact]
    public async Task Every_credential_is_answered_as_on_the_long_way()
    {
        var batch = await OpenAsync(stock: 1_000);
        var elsewhere = await OpenAsync(stock: 1);
        Func<string, string?>[] credentials =
        [
            user => "Ticket " + _sale.Sign.Ticket(user, batch),
            user => "ticket  " + _sale.Sign.Ticket(user, batch) + " ",
            user => "Ticket " + _sale.Sign.Ticket(user, elsewhere),
            user => "Ticket " + _sale.Sign.Ticket(user, batch, key: new byte[32]),
            user => "Ticket " + _sale.Sign.Ticket(user.Replace("weibo", "twitter", StringComparison.Ordinal), batch),
            user => "Ticket " + _sale.Sign.Ticket(user, batch, version: 0),
            user => "Ticket " + _sale.Sign.Ticket("weibo:a/b", batch),
            _ => "Ticket ", _ => "Ticket", _ => "Ticket v2.e30.x", _sale.Sign.Bearer, _ => "Bearer x", _ => null,
        ];
        foreach (var credential in credentials)
        {
            var told = await BothAsync(batch, credential, """{"quantity":1}""");
            told.Short.ShouldBe(told.Long, credential("weibo:somebody"));
        }
    }

    [Fact]
    public async Task Every_body_is_answered_as_on_the_long_way_when_the_units_are_gone()
    {
        var batch = await OpenAsync(stock: 1, standbyLimit: 100);
        foreach (var body in Bodies)
        {
            var told = await BothAsync(batch, user => "Ticket " + _sale.Sign.Ticket(user, batch), body);
            // The front's copy may be older than the batch, so the entry that a refusal names may be another.
            EntryNamed().Replace(told.Short, "").ShouldBe(EntryNamed().Replace(told.Long, ""), body);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("k")]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task Every_key_is_answered_as_on_the_long_way(string? key)
    {
        var batch = await OpenAsync(stock: 100);
        var told = await BothAsync(batch, user => "Ticket " + _sale.Sign.Ticket(user, batch), "{}", key);
        told.Short.ShouldBe(told.Long);
    }

    [Theory]
    [InlineData("pause", "paused")]
    [InlineData("close", "sale-closed")]
    [InlineData(null, "sold-out")]
    public async Task Every_state_of_a_batch_is_answered_as_on_the_long_way(string? action, string code)
    {
        var batch = await OpenAsync(stock: 1);
        if (action is not null) await _sale.OperateAsync(batch, action);
        var told = await BothAsync(batch, user => "Ticket " + _sale.Sign.Ticket(user, batch), "{}");
        told.Short.ShouldBe(told.Long);
        told.Short.ShouldContain(code);
    }

    [Fact]
    public async Task A_repeat_on_either_way_is_the_first_one_s_order()
    {
        var batch = await OpenAsync(stock: 10);
        var by = "Ticket " + _sale.Sign.Ticket(_sale.NewUser(), batch);
        var first = (await _sale.Client.SendAsync("POST", Short(batch), by, "{}")).Is(201);
        (await _sale.Client.SendAsync("POST", Short(batch), by, "{}")).Is(200).Text.ShouldBe(first.Text);
        (await _sale.Client.SendAsync("POST", Long(batch), by, "{}")).Is(200).Text.ShouldBe(first.Text);
    }

    [Fact]
    public async Task The_usual_purchase_takes_it()
    {
        var batch = await OpenAsync(stock: 10);
        foreach (var body in new[] { "", "{}", """{"quantity":1}""" })
        {
            var (http, answer) = Request(Short(batch), "Ticket " + _sale.Sign.Ticket(_sale.NewUser(), batch), body);
            var answered = Shortcut.Take(http);
            await answered.ShouldNotBeNull();
            http.Response.StatusCode.ShouldBe(201);
            Encoding.UTF8.GetString(answer.ToArray()).ShouldStartWith($$"""{"id":"{{batch}}.""");
        }
    }

    [Fact]
    public async Task A_wish_to_stand_by_takes_it_in_any_order()
    {
        var batch = await OpenAsync(stock: 1, standbyLimit: 100);
        foreach (var body in new[]
        {
            """{"standby":true}""", """{"standby":true,"quantity":1}""", """{"quantity":1,"standby":true}""",
        })
        {
            var (http, answer) = Request(Short(batch), "Ticket " + _sale.Sign.Ticket(_sale.NewUser(), batch), body);
            await Shortcut.Take(http).ShouldNotBeNull();
            http.Response.StatusCode.ShouldBe(202);
            http.Response.Headers.Location.ToString().ShouldBe($"/api/batches/{batch}/place");
            Encoding.UTF8.GetString(answer.ToArray()).ShouldStartWith($$"""{"batch":"{{batch}}",""");
        }
    }

    [Fact]
    public async Task What_it_does_not_take_is_left_unread()
    {
        var batch = await OpenAsync(stock: 10);
        var by = "Ticket " + _sale.Sign.Ticket(_sale.NewUser(), batch);
        foreach (var (path, credential, body) in new[]
        {
            (Long(batch), by, "{}"), (Short("nowhere"), by, "{}"), ($"/api/batches/{batch}/x/orders", by, "{}"),
            (Short(batch) + "/", by, "{}"),
            (Short(batch), _sale.Sign.Bearer(_sale.NewUser()), "{}"), (Short(batch), by, "x"),
            (Short(batch), by, """{"ticket":"x"}"""),
            (Short(batch), by, new string(' ', PurchaseReader.MaxLengthAtOnce) + "{}"),
        })
        {
            var (http, _) = Request(path, credential, body);
            Shortcut.Take(http).ShouldBeNull(path);
            var read = await http.Request.BodyReader.ReadAsync(TestContext.Current.CancellationToken);
            Encoding.UTF8.GetString(read.Buffer).ShouldBe(body);
        }
    }

    private PurchaseShortcut Shortcut => _sale.Front.Services.GetRequiredService<PurchaseShortcut>();

    private static string Short(string batch) => $"/api/batches/{batch}/orders";

    // Paths ignore case, but the shortcut knows only the usual spelling.
    private static string Long(string batch) => $"/API/batches/{batch}/orders";

    // Somebody has bought, so there is a lane, and the front has a copy of the board.
    private async Task<string> OpenAsync(int stock, int? standbyLimit = null)
    {
        var batch = await _sale.CreateAsync(stock: stock, limit: 5, change: terms =>
            terms["standbyLimit"] = standbyLimit);
        await _sale.OrderAsync(batch, _sale.NewUser());
        return batch;
    }

    // The user and the unit differ each time. All else must be the same.
    private async Task<(string Short, string Long)> BothAsync(
        string batch, Func<string, string?> credential, string? body, string? key = null)
    {
        return (await ToldAsync(Short(batch)), await ToldAsync(Long(batch)));

        async Task<string> ToldAsync(string path)
        {
            var answer = await _sale.Client.SendAsync("POST", path, credential(_sale.NewUser()), body, key);
            answer.Status.ShouldNotBe(500, body);
            string[] headers = ["Content-Type", "Cache-Control", "WWW-Authenticate", "Connection"];
            return string.Join(' ', headers.Select(answer.Header).Prepend($"{answer.Status}"))
                + answer.Header("Location")?.Split('.')[0]
                + (answer.Status >= 400 ? answer.Text
                    : string.Join(',', answer.Names) + answer["status"] + answer["state"]
                        + (answer.Status == 202 ? "" : answer.Member("units").GetArrayLength()));
        }
    }

    private static (HttpContext Http, MemoryStream Answer) Request(string path, string by, string body)
    {
        var (http, answer) = (new DefaultHttpContext(), new MemoryStream());
        http.Request.Method = "POST";
        http.Request.Path = path;
        http.Request.Headers.Authorization = by;
        http.Request.ContentType = "application/json";
        http.Request.ContentLength = body.Length;
        http.Features.Set<IRequestBodyPipeFeature>(
            new Body(PipeReader.Create(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body)))));
        http.Response.Body = answer;
        return (http, answer);
    }

    [GeneratedRegex("\"seq\":[0-9]+")]
    private static partial Regex EntryNamed();

    private sealed class Body(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }
}
