using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using OrleansSale.Api.Sandbox;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Payments;

public sealed class SandboxNotificationTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);
    private readonly ScratchFolder _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_notification_is_repeated_until_it_is_answered_2xx()
    {
        await using var receiver = await FakeReceiver.StartAsync();
        receiver.Answer = n => n switch
        {
            1 => StatusCodes.Status500InternalServerError,
            2 => StatusCodes.Status302Found,
            3 => null,
            4 => StatusCodes.Status409Conflict,
            _ => StatusCodes.Status204NoContent,
        };
        await using var sandbox = await SandboxHost.StartAsync(_directory.Path, receiver.Address, Impatient);
        await sandbox.PayAsync(await sandbox.CheckoutAsync("mi2-1.1"));

        await receiver.WaitForAsync(5);
        var notification = await DeliveredAsync(sandbox, "mi2-1.1");
        ((long)notification["attempts"]!).ShouldBe(5);
        receiver.All.Count.ShouldBe(5);
        receiver.All.Select(message => message.Id).Distinct().ShouldHaveSingleItem().ShouldStartWith("msg_");
        // The receiver verified each against its own clock, so each was signed anew with its own timestamp.
        receiver.All.ShouldAllBe(message => message.Notification is PaymentNotification.Captured);
        receiver.All.Select(message => message.Notification).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_receiver_that_hangs_on_some_does_not_hold_up_the_others()
    {
        await using var receiver = await FakeReceiver.StartAsync();
        receiver.Answer = n => n == 1 ? null : StatusCodes.Status204NoContent;
        await using var sandbox = await SandboxHost.StartAsync(
            _directory.Path, receiver.Address, options => options.AttemptTimeout = TimeSpan.FromMinutes(1));
        await sandbox.PayAsync(await sandbox.CheckoutAsync("mi2-1.1"));
        await receiver.WaitForAsync(1);
        for (var i = 2; i <= 20; i++) await sandbox.PayAsync(await sandbox.CheckoutAsync($"mi2-1.{i}"));
        await DeliveredAsync(sandbox, "mi2-1.20");
        (await receiver.WaitForAsync(20)).Count.ShouldBe(20);
    }

    [Fact]
    public async Task What_was_not_answered_is_sent_after_a_restart()
    {
        var address = await FreeAddressAsync();
        var receiverAddress = new Uri(address, "/api/payments/notifications");
        await using (var before = await SandboxHost.StartAsync(_directory.Path, receiverAddress, Impatient))
        {
            for (var i = 1; i <= 40; i++) await before.PayAsync(await before.CheckoutAsync($"mi2-1.{i}"));
            await Eventually.HoldsAsync(
                async () => (long)(await before.PaymentsAsync())[0]!["notification"]!["attempts"]! > 0,
                "an attempt on a receiver that is not there");
        }

        await using var receiver = await FakeReceiver.StartAsync(address.ToString());
        await using var after = await SandboxHost.StartAsync(_directory.Path, receiverAddress, Impatient);
        await Eventually.HoldsAsync(
            () => receiver.All.Select(message => message.Id).Distinct().Count() == 40, "40 notifications");
        receiver.All.Select(message => ((PaymentNotification.Captured)message.Notification).Order).Distinct()
            .ShouldBe(Enumerable.Range(1, 40).Select(i => $"mi2-1.{i}"), ignoreOrder: true);
        await Eventually.HoldsAsync(
            async () => (await after.PaymentsAsync()).All(item => item!["notification"]!["deliveredAt"] is not null),
            "all delivered");
    }

    [Fact]
    public async Task What_was_answered_is_not_sent_again_after_a_restart()
    {
        await using var receiver = await FakeReceiver.StartAsync();
        await using (var before = await SandboxHost.StartAsync(_directory.Path, receiver.Address))
        {
            await before.PayAsync(await before.CheckoutAsync("mi2-1.1"));
            await DeliveredAsync(before, "mi2-1.1");
        }

        await using var after = await SandboxHost.StartAsync(_directory.Path, receiver.Address);
        await after.PayAsync(await after.CheckoutAsync("mi2-1.2"));
        await DeliveredAsync(after, "mi2-1.2");
        receiver.All.Select(message => ((PaymentNotification.Captured)message.Notification).Order)
            .ShouldBe(["mi2-1.1", "mi2-1.2"]);
    }

    [Fact]
    public async Task A_checkout_can_name_its_own_address_for_notifications()
    {
        await using var receiver = await FakeReceiver.StartAsync();
        await using var sandbox = await SandboxHost.StartAsync(
            _directory.Path, new Uri("http://127.0.0.1:1/"), Impatient);
        var terms = SandboxHost.Terms("mi2-1.1");
        terms["notifyUrl"] = receiver.Address.ToString();
        using var made = await sandbox.MerchantAsync(HttpMethod.Post, "/sandbox/checkouts", terms, "mi2-1.1");
        await sandbox.PayAsync((string)(await SandboxHost.BodyAsync(made))["id"]!);
        await receiver.WaitForAsync(1);
    }

    [Fact]
    public void The_schedule_slows_down_and_gives_up_after_three_days()
    {
        var schedule = RetrySchedule.Default;
        var now = Noon;
        var waits = new List<double>();
        for (var attempts = 1; schedule.Next(attempts, Noon, now) is { } next; attempts++)
        {
            waits.Add((next - now).TotalSeconds);
            now = next;
        }

        waits.Take(8).ShouldBe([0.2, 1, 2, 5, 10, 30, 60, 60]);
        waits.Skip(6).ShouldAllBe(wait => wait == 60);
        (now - Noon).ShouldBeInRange(TimeSpan.FromHours(72) - TimeSpan.FromMinutes(1), TimeSpan.FromHours(72));
    }

    private static void Impatient(SandboxOptions options)
    {
        options.AttemptTimeout = TimeSpan.FromSeconds(1);
        options.Retries = new RetrySchedule([], TimeSpan.FromMilliseconds(50), TimeSpan.FromHours(1));
    }

    private static async Task<JsonNode> DeliveredAsync(SandboxHost sandbox, string order)
    {
        JsonNode? notification = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                notification = (await sandbox.PaymentsAsync($"?order={order}")).Single()!["notification"]!;
                return notification["deliveredAt"] is not null;
            },
            $"{order} delivered");
        return notification!;
    }

    // A port that was free a moment ago: the receiver comes later, at an address that the sandbox must know before.
    private static async Task<Uri> FreeAddressAsync()
    {
        await using var receiver = await FakeReceiver.StartAsync();
        return new Uri(receiver.Address.GetLeftPart(UriPartial.Authority));
    }
}
