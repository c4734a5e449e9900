using System.Net;
using System.Text.Json.Nodes;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Tests.Engine;
using static OrleansSale.Tests.Api.Payments.SandboxHost;

namespace OrleansSale.Tests.Api.Payments;

public sealed class SandboxCheckoutTests : IAsyncLifetime
{
    private readonly ScratchFolder _directory = new();
    private FakeReceiver _receiver = null!;
    private SandboxHost _sandbox = null!;

    public async ValueTask InitializeAsync()
    {
        _receiver = await FakeReceiver.StartAsync();
        _sandbox = await StartAsync(_directory.Path, _receiver.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        await _receiver.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_checkout_is_made_once_per_key()
    {
        const string path = "/sandbox/checkouts";
        using var first = await _sandbox.MerchantAsync(HttpMethod.Post, path, Terms("mi2-1.1"), "mi2-1.1");
        using var again = await _sandbox.MerchantAsync(HttpMethod.Post, path, Terms("mi2-1.1"), "mi2-1.1");
        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        var body = await BodyAsync(first);
        (await BodyAsync(again)).ToJsonString().ShouldBe(body.ToJsonString());
        var id = (string)body["id"]!;
        id.ShouldMatch("^[0-9a-f]{32}$");
        ((string)body["url"]!).ShouldBe($"{_sandbox.Address}sandbox/checkouts/{id}");
        DateTimeOffset.Parse((string)body["expiresAt"]!).ShouldBe(InAnHour, TimeSpan.FromMilliseconds(1));

        var other = Terms("mi2-1.1");
        other["amount"] = Amount(199_901);
        using var conflict = await _sandbox.MerchantAsync(HttpMethod.Post, "/sandbox/checkouts", other, "mi2-1.1");
        conflict.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        ((string)(await BodyAsync(conflict))["code"]!).ShouldBe("conflict");

        (await _sandbox.CheckoutAsync("mi2-1.2")).ShouldNotBe(id);
    }

    [Fact]
    public async Task A_repeat_after_the_shop_moved_sends_its_buyers_to_the_new_address()
    {
        var id = await _sandbox.CheckoutAsync("mi2-1.1");
        var moved = Terms("mi2-1.1");
        moved["returnUrl"] = "http://new.shop.test/sale/mi2-1";
        using var again = await _sandbox.MerchantAsync(HttpMethod.Post, "/sandbox/checkouts", moved, "mi2-1.1");
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        ((string)(await _sandbox.PayAsync(id))["returnUrl"]!).ShouldBe("http://new.shop.test/sale/mi2-1");
    }

    [Fact]
    public async Task Fifty_buyers_at_once_pay_a_checkout_once()
    {
        var id = await _sandbox.CheckoutAsync("mi2-1.1");
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _sandbox.PayAsync(id)));
        answers.Select(answer => (string)answer["payment"]!).Distinct().Count().ShouldBe(1);
        answers.ShouldAllBe(answer => (string)answer["status"]! == "paid");
        (await _sandbox.PaymentsAsync()).Count.ShouldBe(1);

        await _receiver.WaitForAsync(1);
        // Whatever was sent by mistake would come before what is sent later.
        await _sandbox.PayAsync(await _sandbox.CheckoutAsync("mi2-1.2"));
        (await _receiver.WaitForAsync(2)).Count.ShouldBe(2);
        var captured = _receiver.All[0].Notification.ShouldBeOfType<PaymentNotification.Captured>();
        captured.Payment.ShouldBe((string)answers[0]["payment"]!);
        (captured.Checkout, captured.Order, captured.User).ShouldBe((id, "mi2-1.1", "weibo:alice"));
        (captured.Amount.Amount, captured.Amount.Currency).ShouldBe((199_900, "CNY"));
    }

    [Fact]
    public async Task A_declined_checkout_stays_payable_and_is_told_of_once()
    {
        var id = await _sandbox.CheckoutAsync("mi2-1.1");
        for (var i = 0; i < 3; i++)
        {
            using var declined = await _sandbox.DecideAsync(id, "declined");
            ((string)(await BodyAsync(declined))["status"]!).ShouldBe("declined");
        }

        await _receiver.WaitForAsync(1);
        ((string)(await _sandbox.PayAsync(id))["status"]!).ShouldBe("paid");
        var told = await _receiver.WaitForAsync(2);
        told.Count.ShouldBe(2);
        told[0].Notification.ShouldBeOfType<PaymentNotification.Declined>().Order.ShouldBe("mi2-1.1");
        told[1].Notification.ShouldBeOfType<PaymentNotification.Captured>().Order.ShouldBe("mi2-1.1");
    }

    [Fact]
    public async Task A_decline_never_undoes_a_payment()
    {
        var id = await _sandbox.CheckoutAsync("mi2-1.1");
        var payment = (string)(await _sandbox.PayAsync(id))["payment"]!;
        using var declined = await _sandbox.DecideAsync(id, "declined");
        var answer = await BodyAsync(declined);
        ((string)answer["status"]!).ShouldBe("paid");
        ((string)answer["payment"]!).ShouldBe(payment);
        (await _receiver.WaitForAsync(1)).Single().Notification.ShouldBeOfType<PaymentNotification.Captured>();
    }

    [Fact]
    public async Task A_payment_after_the_deadline_is_captured_although_the_page_offers_none()
    {
        var id = await _sandbox.CheckoutAsync("mi2-1.1", DateTimeOffset.UtcNow.AddHours(-1));
        (await _sandbox.PageAsync(id)).ShouldContain("<body data-state=\"expired\">");
        ((string)(await _sandbox.PayAsync(id))["status"]!).ShouldBe("paid");
        (await _receiver.WaitForAsync(1)).Single().Notification.ShouldBeOfType<PaymentNotification.Captured>();
    }

    [Fact]
    public async Task A_refund_is_made_once_under_concurrency_and_after_a_restart()
    {
        var id = await _sandbox.CheckoutAsync("mi2-1.1");
        var payment = (string)(await _sandbox.PayAsync(id))["payment"]!;
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => _sandbox.RefundAsync(payment, "mi2-1.1")));
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(29);
        var refunds = await Task.WhenAll(answers.Select(BodyAsync));
        var refund = refunds.Select(body => (string)body["id"]!).Distinct().Single();

        await _sandbox.DisposeAsync();
        _sandbox = await StartAsync(_directory.Path, _receiver.Address);
        using var again = await _sandbox.RefundAsync(payment, "mi2-1.1");
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        ((string)(await BodyAsync(again))["id"]!).ShouldBe(refund);
        var listed = (await _sandbox.PaymentsAsync("?order=mi2-1.1")).Single()!;
        ((string)listed["refund"]!["id"]!).ShouldBe(refund);
        (await _sandbox.PageAsync(id)).ShouldContain("<body data-state=\"refunded\">");
    }

    [Fact]
    public async Task A_refund_that_does_not_fit_its_payment_is_refused()
    {
        var payment = (string)(await _sandbox.PayAsync(await _sandbox.CheckoutAsync("mi2-1.1")))["payment"]!;
        using var unknown = await _sandbox.RefundAsync("pay_unknown", "mi2-1.1");
        using var tooMuch = await _sandbox.RefundAsync(payment, "mi2-1.1", 199_901);
        using var otherOrder = await _sandbox.RefundAsync(payment, "mi2-1.2");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        tooMuch.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        otherOrder.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await _sandbox.PaymentsAsync()).Single()!["refund"].ShouldBeNull();

        using var made = await _sandbox.RefundAsync(payment, "mi2-1.1");
        using var lessAgain = await _sandbox.RefundAsync(payment, "mi2-1.1", 100);
        using var otherKey = await _sandbox.MerchantAsync(
            HttpMethod.Post,
            "/sandbox/refunds",
            new JsonObject { ["payment"] = payment, ["order"] = "mi2-1.1", ["amount"] = Amount(199_900) },
            "another-key");
        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        lessAgain.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        otherKey.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task What_was_paid_back_under_other_keys_is_told_and_never_paid_twice()
    {
        var id = await _sandbox.CheckoutAsync("mi2-1.1");
        var payment = (string)(await _sandbox.PayAsync(id))["payment"]!;
        var first = await ByHandAsync(payment, "by-hand-1", 100);
        first.Status.ShouldBe(HttpStatusCode.Created);
        using var partly = await _sandbox.RefundAsync(payment, "mi2-1.1");
        partly.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var problem = await BodyAsync(partly);
        ((string)problem["code"]!).ShouldBe("partly-refunded");
        problem["amount"]!.ToJsonString().ShouldBe("""{"amount":100,"currency":"CNY"}""");
        (await _sandbox.PageAsync(id)).ShouldContain("<body data-state=\"paid\">");

        var rest = await ByHandAsync(payment, "by-hand-2", 199_800);
        using var again = await _sandbox.RefundAsync(payment, "mi2-1.1");
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        problem = await BodyAsync(again);
        ((string)problem["code"]!).ShouldBe("already-refunded");
        ((string)problem["refund"]!).ShouldBe((string)rest.Body["id"]!);
        problem["amount"]!.ToJsonString().ShouldBe("""{"amount":199900,"currency":"CNY"}""");
        (await ByHandAsync(payment, "by-hand-1", 100)).Status.ShouldBe(HttpStatusCode.OK, "a repeat is told the same");
        var listed = (await _sandbox.PaymentsAsync()).ShouldHaveSingleItem()!["refund"]!;
        ((string)listed["id"]!, (long)listed["amount"]!["amount"]!).ShouldBe(((string)rest.Body["id"]!, 199_900));
        (await _sandbox.PageAsync(id)).ShouldContain("<body data-state=\"refunded\">");
    }

    [Fact]
    public async Task The_list_of_payments_is_paged_in_the_order_of_capture()
    {
        var paid = new List<string>();
        for (var i = 1; i <= 5; i++)
            paid.Add((string)(await _sandbox.PayAsync(await _sandbox.CheckoutAsync($"mi2-1.{i}")))["payment"]!);
        var listed = new List<string>();
        while (true)
        {
            var page = await _sandbox.PaymentsAsync($"?limit=2{(listed.Count == 0 ? "" : $"&after={listed[^1]}")}");
            if (page.Count == 0) break;
            listed.AddRange(page.Select(item => (string)item!["payment"]!));
        }

        listed.ShouldBe(paid);
    }

    [Fact]
    public async Task Only_the_merchant_makes_checkouts_and_refunds_and_sees_the_payments()
    {
        foreach (var (method, path) in new[] { ("POST", "checkouts"), ("POST", "refunds"), ("GET", "payments") })
        {
            foreach (var credential in new[] { "", "Bearer wrong", $"Bearer {ApiKey}x", $"Basic {ApiKey}", "Bearer " })
            {
                var body = method == "POST" ? Terms("mi2-1.1") : null;
                using var response = await _sandbox.MerchantAsync(
                    new HttpMethod(method), $"/sandbox/{path}", body, "mi2-1.1", credential);
                response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, $"{method} {path} {credential}");
                ((string)(await BodyAsync(response))["code"]!).ShouldBe("unauthenticated");
            }
        }
    }

    [Theory]
    [InlineData("order", null)]
    [InlineData("order", "\"a b\"")]
    [InlineData("user", "7")]
    [InlineData("description", "\"\"")]
    [InlineData("amount", "199900")]
    [InlineData("expiresAt", "\"2012-12-21T04:00:00\"")]
    [InlineData("returnUrl", "\"javascript:alert(1)\"")]
    [InlineData("notifyUrl", "\"file:///etc/passwd\"")]
    public async Task A_checkout_with_a_member_missing_or_wrong_names_it(string field, string? value)
    {
        var terms = Terms("mi2-1.1");
        terms.Remove(field);
        if (value is not null) terms[field] = JsonNode.Parse(value);
        using var response = await _sandbox.MerchantAsync(HttpMethod.Post, "/sandbox/checkouts", terms, "mi2-1.1");
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await BodyAsync(response);
        ((string)problem["code"]!).ShouldBe("invalid-request");
        ((string)problem["field"]!).ShouldBe(field);
    }

    [Theory]
    [InlineData("""{"outcome":"free"}""", "outcome")]
    [InlineData("""{"outcome":null}""", "outcome")]
    [InlineData("""{"outcome":["paid"]}""", "outcome")]
    [InlineData("{}", "outcome")]
    [InlineData("", "body")]
    [InlineData("paid", "body")]
    public async Task A_decision_that_is_none_names_its_field_and_decides_nothing(string body, string field)
    {
        var id = await _sandbox.CheckoutAsync("mi2-1.1");
        using var response = await _sandbox.DecideRawAsync(id, body, "application/json");
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string)(await BodyAsync(response))["field"]!).ShouldBe(field);
        (await _sandbox.PaymentsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_decision_of_another_media_type_or_size_or_about_nothing_is_refused()
    {
        var id = await _sandbox.CheckoutAsync("mi2-1.1");
        using var wrongType = await _sandbox.DecideRawAsync(id, """{"outcome":"paid"}""", "text/plain");
        wrongType.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        using var large = await _sandbox.DecideAsync(id, new string('x', 70_000));
        large.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        using var unknown = await _sandbox.DecideAsync("0123456789abcdef0123456789abcdef", "paid");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        ((string)(await BodyAsync(unknown))["code"]!).ShouldBe("not-found");
        (await _sandbox.PaymentsAsync()).ShouldBeEmpty();
    }

    private async Task<(HttpStatusCode Status, JsonObject Body)> ByHandAsync(string payment, string key, long amount)
    {
        using var response = await _sandbox.MerchantAsync(
            HttpMethod.Post,
            "/sandbox/refunds",
            new JsonObject { ["payment"] = payment, ["order"] = "mi2-1.1", ["amount"] = Amount(amount) },
            key);
        return (response.StatusCode, await BodyAsync(response));
    }
}
