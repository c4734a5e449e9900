using OrleansSale.Api.Sales.Announcements;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Tests.Api.Announcements;

/// <summary>What is new to a viewer.</summary>
public sealed class ShownAnnouncementTests
{
    private static readonly DateTimeOffset Now = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_viewer_is_told_what_is_new_though_something_seen_is_no_longer_there()
    {
        // A front with an old copy has shown one that was cancelled just before its time.
        var (first, cancelled, next) = (Announced(1), Announced(2), Announced(3));
        var seen = Shown(first, cancelled);
        Shown(first).NewSince(seen).ShouldBeEmpty();
        Shown(first, next).NewSince(seen).ShouldBe([next]);
    }

    [Fact]
    public void What_was_seen_is_not_told_again()
    {
        var (first, second) = (Announced(1), Announced(2));
        Shown(first, second).NewSince(Shown(first)).ShouldBe([second]);
        Shown(first).NewSince(Shown(first, second)).ShouldBeEmpty();
        ShownAnnouncements.None.NewSince(Shown(first)).ShouldBeEmpty();
    }

    private static ShownAnnouncement Announced(int number) => new(new Announcement(
        AnnouncementId.Of(Topic.OfBatch("mi2-1"), number), new LanguageText("The doors are open", null), null,
        Now + TimeSpan.FromSeconds(number - 10)));

    private static ShownAnnouncements Shown(params ShownAnnouncement[] ofBatch) => new(ofBatch, [], Now);
}
