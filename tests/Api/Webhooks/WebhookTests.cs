using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Webhooks;

/// <summary>Webhooks over HTTP, to a real receiver.</summary>
[Collection(SaleTests.Name)]
public sealed class WebhookTests(SaleTests.Fixture fixture) : IAsyncLifetime
{
    private const string Webhooks = "/api/operator/webhooks";

    private readonly SaleFront _sale = fixture.Front;
    private readonly List<string> _made = [];
    private Receiver _receiver = null!;

    public async ValueTask InitializeAsync() => _receiver = await Receiver.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var id in _made) await _sale.Client.SendAsync("DELETE", $"{Webhooks}/{id}", _sale.Operator);
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task One_orders_events_arrive_in_order_signed_with_its_user_and_without_hashes()
    {
        var made = await MakeAsync("/hook");
        var batch = await _sale.CreateAsync();
        var user = _sale.NewUser();
        var order = await _sale.OrderAsync(batch, user);
        await PayAsync(order, user);
        await _sale.CancelAsync(order, user);
        var events = await UntilAsync("/hook", batch, "refunded");

        events.Where(one => DataOf(one, "order") == order).Select(TypeOf)
            .ShouldBe(["held", "checkout-opened", "sold", "released", "refund-owed", "refunded"]);
        events.Select(one => one.GetProperty("seq").GetInt64())
            .ShouldBe(Enumerable.Range(1, events.Count).Select(seq => (long)seq));
        events.Where(one => DataOf(one, "order") == order)
            .ShouldAllBe(one => one.GetProperty("user").GetString() == user);
        TypeOf(events[0]).ShouldBe("created");
        events.SelectMany(one => Answer.NamesOf(one.GetProperty("data")))
            .ShouldAllBe(name => name != "key" && name != "keyHash");
        var held = events.Single(one => TypeOf(one) == "held");
        Answer.NamesOf(held).ShouldBe(["id", "seq", "type", "at", "user", "data"]);
        held.GetProperty("id").GetString().ShouldBe(order);
        await JudgeAsync(made["secret"]!, _receiver.All);
    }

    [Fact]
    public async Task While_secrets_rotate_both_sign_and_the_reference_library_takes_either()
    {
        var made = await MakeAsync("/hook");
        var rotated = (await _sale.Client.PostAsync(
            $"{Webhooks}/{made["id"]}/secret", _sale.Operator, new JsonObject(), "rotation")).Is(200);
        rotated["secret"].ShouldNotBe(made["secret"]);
        rotated.Number("secrets").ShouldBe(2);
        (await _sale.Client.PostAsync(
            $"{Webhooks}/{made["id"]}/secret", _sale.Operator, new JsonObject(), "rotation")).Is(200)["secret"]
            .ShouldBe(rotated["secret"]);
        await TestAsync(made["id"]!);
        await JudgeAsync(made["secret"]!, _receiver.All);
        await JudgeAsync(rotated["secret"]!, _receiver.All);
        (await _sale.Client.PostAsync(
            $"{Webhooks}/{made["id"]}/secret", _sale.Operator, new JsonObject { ["overlapSeconds"] = 0 })).Is(200)
            .Number("secrets").ShouldBe(1);
        await TestAsync(made["id"]!);
        var (status, _, _) = await RunJudgeAsync(rotated["secret"]!, _receiver.All);
        status.ShouldNotBe(0, "the former secrets sign no more");
    }

    [Fact]
    public async Task A_test_tells_what_came_of_it_and_follows_no_redirect()
    {
        var made = await MakeAsync("/hook");
        (await TestAsync(made["id"]!)).Member("arrived").GetBoolean().ShouldBeTrue();
        _receiver.All.Single().Body.ShouldContain("\"type\":\"test\"");
        _receiver.Answer = (_, http) =>
        {
            http.Response.Headers.Location = _receiver.At("/elsewhere");
            return Task.FromResult(307);
        };
        var redirected = await TestAsync(made["id"]!);
        (redirected.Member("arrived").GetBoolean(), redirected["error.code"], redirected.Number("error.status"))
            .ShouldBe((false, "redirected", 307));
        _receiver.All.ShouldAllBe(request => request.Path == "/hook");
        _receiver.Answer = (_, _) => Task.FromResult(500);
        (await TestAsync(made["id"]!))["error.code"].ShouldBe("answered");
        await _receiver.DisposeAsync();
        (await TestAsync(made["id"]!))["error.code"].ShouldBe("not-reached");
    }

    [Fact]
    public async Task A_dead_endpoint_slows_no_other_one()
    {
        var hangs = new TaskCompletionSource();
        _receiver.Answer = async (request, _) =>
        {
            if (request.Path == "/dead") await hangs.Task;
            return 204;
        };
        await MakeAsync("/dead");
        await MakeAsync("/hook");
        var batch = await _sale.CreateAsync();
        for (var buyer = 0; buyer < 5; buyer++) await _sale.OrderAsync(batch, _sale.NewUser());
        await _sale.OperateAsync(batch, "pause");
        (await UntilAsync("/hook", batch, "paused")).Count(one => TypeOf(one) == "held").ShouldBe(5);
        hangs.SetResult();
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_is_disabled_listed_as_a_fault_and_gets_everything_when_it_is_enabled()
    {
        var made = await MakeAsync("/hook");
        _receiver.Answer = (_, _) => Task.FromResult(410);
        var batch = await _sale.CreateAsync();
        await UntilIsAsync(made["id"]!, "state", "gone");
        (await _sale.Client.GetAsync("/api/operator/faults", _sale.Operator)).Items
            .ShouldContain(fault => fault.GetProperty("kind").GetString() == "webhook-disabled"
                && fault.GetProperty("detail").GetString()!.Contains(made["id"]!));
        await _sale.OperateAsync(batch, "pause");
        _receiver.Answer = (_, _) => Task.FromResult(204);
        (await _sale.Client.SendAsync(
            "PUT", $"{Webhooks}/{made["id"]}", _sale.Operator, new JsonObject { ["url"] = _receiver.At("/again") }))
            .Is(200)["state"].ShouldBe("enabled");
        (await UntilAsync("/again", batch, "paused")).Select(TypeOf).ShouldBe(["created", "opened", "paused"]);
    }

    [Fact]
    public async Task A_range_is_replayed_once_for_each_key_under_the_same_event_ids()
    {
        var made = await MakeAsync("/hook");
        var batch = await _sale.CreateAsync();
        await _sale.OperateAsync(batch, "pause");
        var before = await UntilAsync("/hook", batch, "paused");
        var replays = $"{Webhooks}/{made["id"]}/replays";
        var range = new JsonObject { ["batch"] = batch, ["from"] = 2 };
        (await _sale.Client.PostAsync(replays, _sale.Operator, range, "again")).Is(200).Number("to").ShouldBe(3);
        await Eventually.HoldsAsync(
            () => Task.FromResult(EventsOf("/hook", batch).Length == before.Count + 2), "two events came again");
        (await _sale.Client.PostAsync(replays, _sale.Operator, range.DeepClone(), "again")).Is(200);
        var other = new JsonObject { ["batch"] = batch, ["from"] = 1 };
        (await _sale.Client.PostAsync(replays, _sale.Operator, other, "again")).IsRefusal(409, "conflict");
        EventsOf("/hook", batch).TakeLast(2).Select(one => one.GetProperty("id").GetString())
            .ShouldBe([$"{batch}.2", $"{batch}.3"]);
        (await _sale.Client.PostAsync(replays, _sale.Operator, new JsonObject { ["batch"] = batch, ["from"] = 99 }))
            .IsRefusal(409, "conflict");
        (await _sale.Client.PostAsync(replays, _sale.Operator, new JsonObject { ["batch"] = "none", ["from"] = 1 }))
            .IsRefusal(404, "not-found");
        (await _sale.Client.PostAsync(
            replays, _sale.Operator, new JsonObject { ["batch"] = batch, ["from"] = 3, ["to"] = 2 }))
            .IsRefusal(400, "invalid-request", "to");
    }

    [Fact]
    public async Task Only_the_types_that_were_asked_for_are_sent()
    {
        await MakeAsync("/hook", body => body["types"] = new JsonArray("paused", "resumed"));
        var batch = await _sale.CreateAsync();
        await _sale.OperateAsync(batch, "pause");
        await _sale.OperateAsync(batch, "resume");
        (await UntilAsync("/hook", batch, "resumed")).Select(TypeOf).ShouldBe(["paused", "resumed"]);
    }

    [Fact]
    public async Task A_repeat_of_the_creation_answers_the_same_and_another_one_under_its_key_is_refused()
    {
        var body = new JsonObject { ["url"] = _receiver.At("/hook") };
        var first = (await _sale.Client.PostAsync(Webhooks, _sale.Operator, body, "made-once")).Is(201);
        _made.Add(first["id"]!);
        first.Header("Location").ShouldEndWith($"{Webhooks}/{first["id"]}");
        var again = (await _sale.Client.PostAsync(Webhooks, _sale.Operator, body.DeepClone(), "made-once")).Is(200);
        (again["id"], again["secret"]).ShouldBe((first["id"], first["secret"]));
        var other = new JsonObject { ["url"] = _receiver.At("/other") };
        (await _sale.Client.PostAsync(Webhooks, _sale.Operator, other, "made-once")).IsRefusal(409, "conflict");
        var read = (await _sale.Client.GetAsync($"{Webhooks}/{first["id"]}", _sale.Operator)).Is(200);
        read.Names.ShouldNotContain("secret");
        (await _sale.Client.GetAsync(Webhooks, _sale.Operator)).Is(200).Items
            .ShouldContain(one => one.GetProperty("id").GetString() == first["id"]);
        (await _sale.Client.SendAsync("DELETE", $"{Webhooks}/{first["id"]}", _sale.Operator)).Is(204);
        (await _sale.Client.GetAsync($"{Webhooks}/{first["id"]}", _sale.Operator)).IsRefusal(404, "not-found");
    }

    [Theory]
    [InlineData("nonsense", "malformed")]
    [InlineData("ftp://shop.example/hook", "malformed")]
    [InlineData("https://user:secret@shop.example/hook", "malformed")]
    [InlineData("https://shop.example/hook#here", "malformed")]
    [InlineData("http://93.184.215.14/hook", "insecure")]
    [InlineData("https://10.0.0.7/hook", "private-address")]
    [InlineData("https://0.0.0.0/hook", "private-address")]
    [InlineData("https://[::]/hook", "private-address")]
    [InlineData("https://169.254.169.254/latest", "private-address")]
    [InlineData("https://[fd00::1]/hook", "private-address")]
    [InlineData("https://[::ffff:192.168.1.1]/hook", "private-address")]
    [InlineData("own", "own-address")]
    [InlineData("long", "malformed")]
    public async Task A_bad_address_is_refused_with_a_code_of_its_own(string url, string fault)
    {
        var body = new JsonObject { ["url"] = AddressOf(url) };
        (await _sale.Client.PostAsync(Webhooks, _sale.Operator, body)).IsRefusal(400, "invalid-request", "url")["fault"]
            .ShouldBe(fault);
    }

    private string AddressOf(string url) => url switch
    {
        "own" => new Uri(_sale.Client.Address, "/hook").ToString(),
        "long" => $"https://{string.Concat(Enumerable.Repeat("a.", 130))}com/hook",
        _ => url,
    };

    [Fact]
    public async Task Webhooks_are_for_operators_and_made_up_ids_are_not_found()
    {
        var buyer = _sale.Sign.Bearer(_sale.NewUser());
        (await _sale.Client.GetAsync(Webhooks)).IsRefusal(401, "unauthenticated");
        (await _sale.Client.GetAsync(Webhooks, buyer)).IsRefusal(403, "forbidden");
        (await _sale.Client.PostAsync($"{Webhooks}/wh-none/test", _sale.Operator)).IsRefusal(404, "not-found");
        (await _sale.Client.PostAsync($"{Webhooks}/wh-none/deliveries/1/retry", _sale.Operator))
            .IsRefusal(404, "not-found");
        var weak = new JsonObject { ["url"] = _receiver.At("/hook"), ["secret"] = "whsec_c2hvcnQ=" };
        (await _sale.Client.PostAsync(Webhooks, _sale.Operator, weak)).IsRefusal(400, "invalid-request", "secret");
    }

    private static string TypeOf(JsonElement one) => one.GetProperty("type").GetString()!;

    private static string? DataOf(JsonElement one, string member) =>
        one.GetProperty("data").TryGetProperty(member, out var value) ? value.ToString() : null;

    private async Task<Answer> MakeAsync(string path, Action<JsonObject>? change = null)
    {
        var body = new JsonObject { ["url"] = _receiver.At(path) };
        change?.Invoke(body);
        var made = (await _sale.Client.PostAsync(Webhooks, _sale.Operator, body)).Is(201);
        _made.Add(made["id"]!);
        return made;
    }

    private async Task<Answer> TestAsync(string id) =>
        (await _sale.Client.PostAsync($"{Webhooks}/{id}/test", _sale.Operator)).Is(200);

    private async Task PayAsync(string order, string user)
    {
        var url = (await _sale.CheckOutAsync(order, user)).Is(200)["checkoutUrl"]!;
        await _sale.DecideAsync(url, "paid");
        await _sale.UntilOrderIsAsync(order, user, "paid");
    }

    // The events of a batch that a path got, once one of a type is among them.
    // Batches of other tests have events too.
    private JsonElement[] EventsOf(string path, string batch) =>
    [
        .. _receiver.EventsAt(path).Where(
            one => one.GetProperty("id").GetString()!.StartsWith($"{batch}.", StringComparison.Ordinal)),
    ];

    private async Task<IReadOnlyList<JsonElement>> UntilAsync(string path, string batch, string type)
    {
        IReadOnlyList<JsonElement> events = [];
        await Eventually.HoldsAsync(
            () =>
            {
                events = EventsOf(path, batch);
                return Task.FromResult(events.Any(one => TypeOf(one) == type));
            },
            $"{type} of {batch} arrived at {path}");
        return events;
    }

    private async Task UntilIsAsync(string id, string member, string value) => await Eventually.HoldsAsync(
        async () => (await _sale.Client.GetAsync($"{Webhooks}/{id}", _sale.Operator))[member] == value,
        $"{member} is {value}");

    private async Task JudgeAsync(string secret, IReadOnlyList<Received> taken)
    {
        var (status, said, error) = await RunJudgeAsync(secret, taken);
        status.ShouldBe(0, $"{said}{error}");
        said.ShouldContain($"{taken.Count} verified");
    }

    private async Task<(int Status, string Said, string Error)> RunJudgeAsync(
        string secret, IReadOnlyList<Received> taken)
    {
        using var folder = new ScratchFolder();
        var file = Path.Combine(folder.Path, "taken.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(
            taken.Select(one => new { secret, headers = one.Headers, body = one.Body })));
        // Other tests move the clock.
        var now = _sale.Clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        return await NodePackages.RunAsync("node", "webhook.js", file, now);
    }
}
