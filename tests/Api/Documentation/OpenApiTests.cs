using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Api.Documentation;

/// <summary>The API's own description: committed, served as committed, and worth generating a client from.</summary>
[Collection(SaleTests.Name)]
public sealed class OpenApiTests(SaleTests.Fixture fixture)
{
    private const string UpdateVariable = "UPDATE_OPENAPI";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly SaleFront _sale = fixture.Front;

    private static string Committed => Path.Combine(WorkingCopy.Root, "docs", "openapi.json");

    [Fact]
    public async Task The_document_is_the_committed_one()
    {
        var served = (await ServedAsync()).ToJsonString(Indented) + "\n";
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
            await File.WriteAllTextAsync(Committed, served, TestContext.Current.CancellationToken);
        var committed = await File.ReadAllTextAsync(Committed, TestContext.Current.CancellationToken);
        served.ShouldBe(committed, $"the API has changed: look at it, then run this test with {UpdateVariable}=1");
    }

    [Fact]
    public async Task Every_endpoint_of_the_contract_is_described_and_nothing_else()
    {
        var document = await ServedAsync();
        var described = document["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(method => $"{method.Key.ToUpperInvariant()} {path.Key}"))
            .Order(StringComparer.Ordinal);
        described.ShouldBe(((string[])
        [
            "GET /api/batches", "GET /api/batches/{batch}", "GET /api/batches/{batch}/live",
            "GET /api/batches/{batch}/calendar.ics",
            "GET /api/batches/{batch}/announcements", "GET /api/channels",
            "PUT /api/batches/{batch}/reservation",
            "GET /api/batches/{batch}/reservation", "DELETE /api/batches/{batch}/reservation",
            "PUT /api/batches/{batch}/reservation/delivery", "GET /api/batches/{batch}/reservation/delivery",
            "DELETE /api/batches/{batch}/reservation/delivery",
            "POST /api/batches/{batch}/orders",
            "GET /api/batches/{batch}/place", "DELETE /api/batches/{batch}/place",
            "GET /api/batches/{batch}/place/kept",
            "GET /api/orders/{order}", "DELETE /api/orders/{order}", "POST /api/orders/{order}/checkout",
            "PUT /api/orders/{order}/delivery",
            "GET /api/orders/{order}/delivery", "GET /api/orders/{order}/shipment",
            "POST /api/orders/{order}/return", "DELETE /api/orders/{order}/return",
            "GET /api/me", "GET /api/me/live", "GET /api/me/orders",
            "GET /api/me/reservation", "DELETE /api/me/session",
            "POST /api/payments/notifications", "POST /api/payments/notifications/{provider}",
            "POST /api/channels/{channel}/replies",
            "GET /api/operator/batches", "POST /api/operator/batches/{batch}/extend",
            "POST /api/operator/batches/{batch}/reschedule", "POST /api/operator/batches/{batch}/recall",
            "GET /api/operator/batches/{batch}/recall", "POST /api/operator/batches/{batch}/hide",
            "POST /api/operator/batches/{batch}/show",
            "POST /api/operator/batches", "POST /api/operator/batches/{batch}/pause",
            "POST /api/operator/batches/{batch}/resume",
            "POST /api/operator/batches/{batch}/close", "POST /api/operator/batches/{batch}/restock",
            "POST /api/operator/batches/{batch}/withdraw", "POST /api/operator/batches/{batch}/suspend-line",
            "POST /api/operator/batches/{batch}/resume-line", "GET /api/operator/batches/{batch}/line",
            "GET /api/operator/products/{product}/backlog", "DELETE /api/operator/products/{product}/backlog/{batch}",
            "POST /api/operator/batches/{batch}/grant", "POST /api/operator/batches/{batch}/approve",
            "GET /api/operator/batches/{batch}/proposals", "POST /api/operator/orders/{order}/cancel",
            "POST /api/operator/orders/{order}/refund", "POST /api/operator/orders/{order}/revive",
            "POST /api/operator/orders/{order}/ship",
            "DELETE /api/operator/batches/{batch}/line/{place}", "GET /api/operator/batches/{batch}/money",
            "GET /api/operator/batches/{batch}/payments",
            "POST /api/operator/orders/{order}/settle",
            "GET /api/operator/batches/{batch}/orders", "GET /api/operator/batches/{batch}/reservations",
            "GET /api/operator/batches/{batch}/ledger", "POST /api/operator/batches/{batch}/anonymise",
            "POST /api/operator/users/erase", "POST /api/operator/users/end-sessions", "GET /api/operator/faults",
            "POST /api/operator/announcements", "GET /api/operator/announcements",
            "DELETE /api/operator/announcements/{announcement}",
            "POST /api/operator/announcements/{announcement}/retry",
            "GET /api/operator/batches/{batch}/messages",
            "POST /api/operator/batches/{batch}/messages/{message}/retry",
            "GET /api/operator/orders",
            "GET /api/operator/webhooks", "POST /api/operator/webhooks", "GET /api/operator/webhooks/{webhook}",
            "PUT /api/operator/webhooks/{webhook}", "DELETE /api/operator/webhooks/{webhook}",
            "POST /api/operator/webhooks/{webhook}/secret", "POST /api/operator/webhooks/{webhook}/test",
            "GET /api/operator/webhooks/{webhook}/deliveries",
            "POST /api/operator/webhooks/{webhook}/deliveries/{delivery}/retry",
            "POST /api/operator/webhooks/{webhook}/replays",
            "GET /health/live", "GET /health/ready", "POST /dev/tokens",
        ]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_operation_says_what_it_is_what_it_takes_and_what_it_answers()
    {
        foreach (var (name, operation) in await OperationsAsync())
        {
            ((string?)operation["operationId"]).ShouldNotBeNullOrEmpty(name);
            ((string?)operation["summary"]).ShouldNotBeNullOrEmpty(name);
            var answers = operation["responses"]!.AsObject();
            answers.Count.ShouldBeGreaterThan(0, name);
            foreach (var (status, answer) in answers)
            {
                var content = answer!["content"]?.AsObject();
                if (status[0] is '4' or '5' && !name.Contains("/health/", StringComparison.Ordinal))
                {
                    content.ShouldNotBeNull($"{name} {status}");
                    ((string?)content["application/problem+json"]?["schema"]?["$ref"])
                        .ShouldBe("#/components/schemas/ProblemBody", $"{name} {status}");
                }
                else if (status == "200")
                {
                    content.ShouldNotBeNull($"{name} {status}");
                    foreach (var (type, media) in content)
                        (media!["schema"] is not null || type.StartsWith("text/", StringComparison.Ordinal))
                            .ShouldBeTrue($"{name} {status} {type}");
                }
            }

            if (name.Contains("/health/", StringComparison.Ordinal)) continue;
            // An operation that reads a body or a path can refuse it. An operation that asks the batch can be
            // overloaded.
            if (!name.Contains("/dev/", StringComparison.Ordinal)
                && name is not ("GET /api/me" or "DELETE /api/me/session" or "GET /api/channels"))
                answers.ShouldContainKey("503", name);
            if (operation["requestBody"] is not null) answers.ShouldContainKey("400", name);
            if (name.Contains("/operator/", StringComparison.Ordinal)) answers.ShouldContainKey("403", name);
            // Every operation states its security. If the credential is optional, an empty alternative says so.
            var alternatives = operation["security"].ShouldNotBeNull(name).AsArray();
            if (alternatives.Count > 0 && alternatives.All(alternative => alternative!.AsObject().Count > 0))
                answers.ShouldContainKey("401", name);
        }
    }

    [Fact]
    public async Task Whoever_needs_a_credential_is_told_so()
    {
        string[] open = ["GET /api/batches", "GET /api/batches/{batch}", "GET /api/batches/{batch}/live",
            "GET /api/batches/{batch}/calendar.ics",
            "GET /api/batches/{batch}/announcements",
            "GET /health/live", "GET /health/ready", "GET /api/channels",
            "POST /api/payments/notifications", "POST /api/payments/notifications/{provider}",
            "POST /api/channels/{channel}/replies", "DELETE /api/me/session", "POST /dev/tokens"];
        foreach (var (name, operation) in await OperationsAsync())
        {
            if (name == "GET /api/me") continue;
            var schemes = operation["security"]?.AsArray()
                .SelectMany(item => item!.AsObject().Select(scheme => scheme.Key)).Order().ToArray() ?? [];
            string[] expected = open.Contains(name) ? [] : name == "POST /api/batches/{batch}/orders"
                ? ["Bearer", "Ticket"] : ["Bearer"];
            schemes.ShouldBe(expected, name);
        }
    }

    [Fact]
    public async Task Numbers_are_whole_sets_are_closed_and_what_is_always_there_is_required()
    {
        var document = await ServedAsync();
        var schemas = document["components"]!["schemas"]!.AsObject();
        foreach (var (name, schema) in schemas) Inspect(name, schema!);

        Required("BoardBody").ShouldBe(
        [
            "id", "product", "channel", "stock", "perUserLimit", "paymentWindowSeconds", "standbyLimit",
            "offerWindowSeconds", "cancelPaid", "backlogUnits", "schedule", "phase", "paused", "free", "held", "sold",
            "withdrawn", "reserved", "standby", "standbyOpen", "head", "serverTime",
        ]);
        Required("OrderBody").ShouldBe(
            ["id", "batch", "user", "units", "quantity", "status", "amount", "heldAt", "payBy"]);
        Required("PlaceBody").ShouldBe(["batch", "user", "place", "ahead", "quantity", "state", "joinedAt"]);
        Required("ReservationBody").ShouldBe(["batch", "user", "reservedAt", "ticket"]);
        Required("CheckoutBody").ShouldBe(["checkoutUrl", "expiresAt"]);
        Required("MoneyBody").ShouldBe(["amount", "currency"]);
        Required("ProblemBody").ShouldBe(["type", "title", "status", "code"]);
        Required("ProductBody").ShouldBe(["id", "name", "price"]);
        Required("PurchaseBody").ShouldBeEmpty();
        Required("CreateBatchBody").ShouldBe(
            ["id", "product", "channel", "stock", "perUserLimit", "paymentWindowSeconds", "schedule"]);
        Required("DeliveryBody").ShouldBe(["name", "phone", "address"]);
        Required("UnitsBody").ShouldBe(["units", "reason"]);

        Values("BoardBody", "phase").ShouldBe(
            ["announced", "reserving", "waiting", "on-sale", "sold-out", "paused", "closed"]);
        Values("OrderBody", "status").ShouldBe(
            ["awaiting-payment", "paid", "expired", "cancelled", "refunding", "refunded"]);
        Values("ProblemBody", "code").Order().ShouldBe(Enum.GetValues<Refusal>().Select(Problem.CodeOf).Order());

        string[] Required(string name) =>
            [.. (schemas[name]!["required"]?.AsArray() ?? []).Select(member => (string)member!)];

        string[] Values(string name, string member)
        {
            var schema = schemas[name]!["properties"]![member]!;
            if ((string?)schema["$ref"] is { } reference) schema =
                schemas[reference[(reference.LastIndexOf('/') + 1)..]]!;
            return [.. schema["enum"]!.AsArray().Select(value => (string)value!)];
        }
    }

    [Fact]
    public async Task The_page_to_read_it_on_is_served()
    {
        (await _sale.Client.GetAsync("/scalar/")).Is(200).MediaType.ShouldBe("text/html");
        (await _sale.Client.GetAsync("/openapi/v1.json")).Is(200).Text.ShouldNotContain("127.0.0.1");
        (await _sale.Client.GetAsync("/openapi/v1.json")).Text.ShouldNotContain("dashboard");
    }

    // No schema may be "integer or text". Every number is a whole number, because money is in minor units.
    private static void Inspect(string path, JsonNode schema)
    {
        if (schema is not JsonObject members) return;
        if (members["type"] is JsonArray types) types.Select(type => (string)type!).Except(["null"]).Count()
            .ShouldBe(1, $"{path}: {members["type"]}");
        var text = members["type"]?.ToJsonString() ?? "";
        text.ShouldNotContain("number", Case.Sensitive, path);
        if (text.Contains("integer", StringComparison.Ordinal)) members["pattern"].ShouldBeNull(path);
        foreach (var (name, member) in members["properties"]?.AsObject() ?? []) Inspect($"{path}.{name}", member!);
        if (members["items"] is { } items) Inspect(path + "[]", items);
    }

    private async Task<JsonObject> ServedAsync() =>
        JsonNode.Parse((await _sale.Client.GetAsync("/openapi/v1.json")).Is(200).Text)!.AsObject();

    private async Task<IEnumerable<(string Name, JsonObject Operation)>> OperationsAsync() =>
        (await ServedAsync())["paths"]!.AsObject()
        .SelectMany(path => path.Value!.AsObject()
        .Select(method => ($"{method.Key.ToUpperInvariant()} {path.Key}", method.Value!.AsObject())));
}
