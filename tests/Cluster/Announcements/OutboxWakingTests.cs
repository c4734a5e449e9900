using Microsoft.Extensions.DependencyInjection;
using Orleans.Timers;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Announcements;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Announcements;

/// <summary>Announcements that have left memory are woken, though nobody asks for them.</summary>
public sealed class OutboxWakingTests
{
    private static readonly PostPlace Harmless = new("https://shop.example/hook", IsRepeatHarmless: true);
    private static readonly LinkCard Card = new("Mi2", new Money(199_900, "CNY"), SaleClock.Noon, null);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task After_a_write_that_failed_it_goes_on_though_nobody_asks(int write)
    {
        await using var own = await SaleHarness.StartAsync();
        own.Posts.Places["w"] = Harmless;
        var writes = 0;
        own.Documents.OnChange = (change, stored) =>
        {
            if (change == "write announcements" && !stored && ++writes == write)
                throw new IOException("A test cut this off.");
        };
        var announcement = New("w", own.Clock.Now + Minute, "k");
        await own.Actors.GetGrain<IAnnouncementsGrain>("batch-b").AnnounceAsync(announcement);
        await own.UntilAsync(
            () => Task.FromResult(own.Documents.Find<AnnouncementBook>("announcements", "batch-b")!.Items[0].Deliveries
                is [{ State: DeliveryState.Delivered }]),
            "it is posted, and that is stored");
        writes.ShouldBeGreaterThan(write, "one has failed");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_reminder_of_a_damaged_document_is_kept_so_that_it_goes_on_once_it_is_restored(bool isDamaged)
    {
        var reminders = new FakeReminders();
        await using var own = await SaleHarness.StartAsync(new SaleHarnessOptions
        {
            ConfigureSilo = silo => silo.Services.AddSingleton<IReminderRegistry>(reminders),
        });
        var topic = own.Actors.GetGrain<IAnnouncementsGrain>("batch-b");
        await topic.AnnounceAsync(New("w", own.Clock.Now + Minute, "k"));
        reminders.Names.ShouldNotBeEmpty();
        await own.DeactivateAsync(topic);
        if (isDamaged) own.Documents.Damage("announcements", "batch-b");
        else own.Documents.Put("announcements", "batch-b", new AnnouncementBook());
        await own.Actors.GetGrain<IRemindable>(topic.GetGrainId()).ReceiveReminder(
            "wake", default, TestContext.Current.CancellationToken);
        (reminders.Names.Count > 0).ShouldBe(isDamaged);
    }

    private static NewAnnouncement New(string channel, DateTimeOffset at, string key) =>
        new(new("soon", "敬请期待"), null, at, [new(channel, "b", Card)], key);
}
