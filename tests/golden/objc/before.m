#import <Foundation/Foundation.h>
@import UIKit;
@class Other;

NS_ASSUME_NONNULL_BEGIN

static NSString * const kName = @"name";
typedef void (^Block)(NSString *text);
typedef NS_ENUM(NSInteger, State) {
    StateIdle = 1,
    StateBusy
};

@protocol Runner <NSObject>
- (void)start;
@optional
@property (nonatomic, copy) NSString *title;
- (void)stop;
@end

@interface Job : NSObject <Runner>
{
    int _count;
}
@property (nonatomic, strong) NSString *first, *second API_AVAILABLE(ios(10), macos(10.12));
+ (instancetype)shared;
- (BOOL)run:(NSString *)name with:(id)other error:(NSError **)error NS_SWIFT_NAME(run(a:));
@end

@interface Job (Extras)
- (int)extra;
@end

NS_ASSUME_NONNULL_END

@implementation Job
@synthesize first = _first;

static int helper(int x) { return x; }

#if DEBUG
- (instancetype)init {
    self = [super init];
    return self;
}
#endif

- (BOOL)run:(NSString *)name with:(id)other error:(NSError **)error {
    [other each:^(id one) { [one stop]; }];
    return YES;
}

#pragma mark - Counting

- (int)sum:(int)a :(int)b { return a + b; }
- (void)renamedLater:(NSString *)text {
    NSLog(@"%@ is told of %d things", text, _count);
    [self start];
    [self sum:_count :2];
}
@end

@implementation Job (Extras)
- (int)extra { return 1; }
@end

void log_it(void) { NSLog(@"x"); }
